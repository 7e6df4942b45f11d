using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Settings;

/// <summary>Test environment, ledger keys, and how customers are named in the log.</summary>
[RedisSuite]
public sealed class EnvironmentSettingsTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("false", "live:")]
    [InlineData("true", "test:")]
    public async Task ConversionApi_Test_is_told_to_the_caller_and_keeps_a_ledger_of_its_own(string test, string ledger)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("ConversionApi:Test", test));

        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);

        Assert.Equal("converted", answer.Outcome);
        Assert.Equal(bool.Parse(test), answer.Json.GetProperty("data").GetProperty("test").GetBoolean());
        var keys = (await stand.Redis.KeysAsync()).Where(key => !key.StartsWith(stand.Redis.Key("click:"), StringComparison.Ordinal)).ToList();
        Assert.Contains(keys, key => key.Contains(":conversion:", StringComparison.Ordinal));
        Assert.All(keys, key => Assert.StartsWith(stand.Redis.Key(ledger), key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redis_KeyPrefix_is_what_ledger_keys_begin_with()
    {
        await using var elsewhere = await redis.OpenAsync();
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Redis:KeyPrefix", elsewhere.Key("mine:")));
        var key = await stand.NewCustomerAsync();

        await stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal([stand.Redis.Key($"click:{key}")], await stand.Redis.KeysAsync());
        Assert.NotEmpty(await elsewhere.KeysAsync());
        Assert.All(await elsewhere.KeysAsync(), ledger => Assert.StartsWith(elsewhere.Key("mine:"), ledger, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_a_PseudonymKey_a_customer_has_one_name_in_every_log()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Privacy:PseudonymKey", Convert.ToBase64String(secret)));
        var key = Stand.NewKey();

        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(key))[..16]), await CustomerRefAsync(stand, key));
    }

    [Theory]
    [InlineData("Plain")]
    [InlineData("None")]
    public async Task A_customer_may_be_named_plainly_or_not_at_all(string kind)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Privacy:CustomerRef", kind));
        var key = Stand.NewKey();

        Assert.Equal(kind == "Plain" ? key : null, await CustomerRefAsync(stand, key));
    }

    private static async Task<string?> CustomerRefAsync(Stand stand, string key)
    {
        var line = await stand.EventOfAsync(await stand.PostAsync(Stand.Body(key), Cancellation), Cancellation);
        return line.GetProperty("CustomerRef") is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;
    }
}
