using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Settings;

/// <summary>A start that goes well says so once, with what it has started; a silent one looks like one that hangs.</summary>
[RedisSuite]
public sealed class StartedTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_names_addresses_listeners_Redis_keys_and_callers_and_no_secret()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await server.ExecuteAsync(Cancellation, "ACL", "SETUSER", "shop", "on", ">canary-password", "~*", "&*", "+@all");
        await using var stand = await Stand.StartAsync(
            redis, Cancellation,
            ("Redis:ConnectionString", $"redis://shop:canary-password@127.0.0.1:{server.Port}"), ("Management:Token", "canary-token-0123"),
            ("CustomerApi:Callers:0:Name", "crm"), ("CustomerApi:Callers:0:PublicKey", "pk_crm"), ("CustomerApi:Callers:0:SecretKey", "sk_crm"));

        var line = await StartedAsync(stand.Shim);

        Assert.Equal("Live", line.GetProperty("Mode").GetString());
        Assert.False(line.GetProperty("Test").GetBoolean());
        Assert.Equal(stand.PartnerStack.CustomerApiAddress, new Uri(line.GetProperty("CustomerApi").GetString()!));
        Assert.Equal(stand.PartnerStack.ConversionApiAddress, new Uri(line.GetProperty("ConversionApi").GetString()!));
        Assert.Equal(stand.Shim.Address, new Uri(line.GetProperty("Listeners").GetString()!));
        Assert.Equal(stand.Shim.Management, new Uri(line.GetProperty("Management").GetString()!));
        Assert.Equal($"127.0.0.1:{server.Port}", line.GetProperty("Redis").GetString());
        Assert.Matches(@"^\d+\.\d+", line.GetProperty("RedisVersion").GetString());
        Assert.EndsWith("click:{customer_key}", line.GetProperty("ClickKeys").GetString(), StringComparison.Ordinal);
        Assert.Equal("default crm", line.GetProperty("Callers").GetString());
        Assert.True(line.GetProperty("Verification").GetBoolean());
        Assert.True(line.GetProperty("Admin").GetBoolean());
        Assert.DoesNotContain("canary", line.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Redis_that_does_not_answer_has_no_version()
    {
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("Redis:ConnectionString", $"127.0.0.1:{FreePort.Next()}"), ("Rollout:Mode", "Off"), ("ConversionApi:Test", "true"));

        var line = await StartedAsync(stand.Shim);

        Assert.Equal(JsonValueKind.Null, line.GetProperty("RedisVersion").ValueKind);
        Assert.Equal(("Off", true), (line.GetProperty("Mode").GetString(), line.GetProperty("Test").GetBoolean()));
    }

    private static async Task<JsonElement> StartedAsync(ShimProcess shim)
    {
        var line = await shim.WaitForLogAsync("the start is told", line => IsStarted(line), Cancellation);
        Assert.Single(shim.Log, IsStarted);
        return line;
    }

    private static bool IsStarted(JsonElement line) => line.TryGetProperty("Event", out var name) && name.GetString() == "Started";
}
