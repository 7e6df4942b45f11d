using System.Net.Http.Headers;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Settings;

/// <summary>Who may convert.</summary>
[RedisSuite]
public sealed class CallerSettingsTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_pair_of_the_list_may_convert_and_is_named_in_the_log()
    {
        await using var stand = await Stand.StartAsync(
            redis, Cancellation,
            ("CustomerApi:Callers:0:Name", "crm"), ("CustomerApi:Callers:0:PublicKey", "pk_crm"), ("CustomerApi:Callers:0:SecretKey", "sk_crm"));

        Assert.Equal(("converted", "crm"), await PostAsync(stand, Stand.Basic("pk_crm", "sk_crm")));
        Assert.Equal(("converted", "default"), await PostAsync(stand, Stand.Basic(Stand.PublicKey, Stand.SecretKey)));
        Assert.Equal(("passthrough", null), await PostAsync(stand, Stand.Stranger));
        Assert.Equal(("unauthorized", null), await PostAsync(stand, Stand.Basic("pk_crm", Stand.SecretKey)));
    }

    [Fact]
    public async Task Where_anyone_may_convert_no_pair_is_needed()
    {
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("CustomerApi:AllowAnonymous", "true"), ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null));

        Assert.Equal(("converted", "anonymous"), await PostAsync(stand, Stand.Stranger));
        Assert.Equal(("converted", "anonymous"), await PostAsync(stand, Stand.Basic("", "")));
        Assert.Equal(("converted", "anonymous"), await PostAsync(stand, new AuthenticationHeaderValue("Bearer", "x")));
    }

    [Fact]
    public async Task A_caller_we_do_not_know_costs_Redis_nothing()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Redis:ConnectionString", server.Endpoint));
        await stand.WaitForRedisAsync(Cancellation);
        var key = Stand.NewKey();
        var reads = await ReadsAsync();

        var answer = await stand.PostAsync(Stand.Body(key), Cancellation, authorization: Stand.Stranger);

        Assert.Equal(0, (await stand.EventOfAsync(answer, Cancellation)).GetProperty("RedisMs").GetDouble());
        Assert.Equal(reads, await ReadsAsync());

        // The same call of one that we know: the look would show it.
        await stand.PostAsync(Stand.Body(key), Cancellation);
        Assert.NotEqual(reads, await ReadsAsync());

        async Task<string?> ReadsAsync() => (await server.ExecuteAsync(Cancellation, "INFO", "commandstats")).Split('\n')
            .Single(line => line.StartsWith("cmdstat_get:", StringComparison.Ordinal)).Split(',')[0];
    }

    private static async Task<(string? Outcome, string? Caller)> PostAsync(Stand stand, AuthenticationHeaderValue authorization)
    {
        var key = await stand.NewCustomerAsync();
        var line = await stand.EventOfAsync(await stand.PostAsync(Stand.Body(key), Cancellation, authorization: authorization), Cancellation);
        Assert.Equal(line.GetProperty("Outcome").GetString() == "converted" ? 1 : 0, stand.PartnerStack.ConversionsFor(key));
        return (line.GetProperty("Outcome").GetString(), line.GetProperty("Caller").GetString());
    }
}
