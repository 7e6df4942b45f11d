using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Redis;

/// <summary>Managed Redis fails over behind one name: the former primary becomes a replica, and the connections to it stay open.</summary>
[RedisSuite]
public sealed class MovedPrimaryTests(TestRedis redis)
{
    // In production a minute or two would do.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Conversions_come_back_when_the_name_leads_to_the_next_primary()
    {
        await using var first = await RedisServer.StartAsync(["appendonly yes"], Cancellation);
        await using var second = await RedisServer.StartAsync(["appendonly yes"], Cancellation);
        await second.ReplicateAsync(first, Cancellation);
        await using var name = new Forwarder(first.Port);
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("Redis:ConnectionString", name.Endpoint), ("Redis:KeyPrefix", null), ("Clicks:Keys:0", null));
        await stand.WaitForRedisAsync(Cancellation);
        Assert.Equal("converted", await SignUpAsync(stand, first));

        await second.ExecuteAsync(Cancellation, "REPLICAOF", "NO", "ONE");
        name.LeadTo(second.Port);
        await first.ReplicateAsync(second, Cancellation);

        await Eventually.IsTrueAsync(
            "sign-ups are converted again", async () => await SignUpAsync(stand, second) == "converted", s_limit, Cancellation);
        await Eventually.IsTrueAsync(
            "nothing is degraded any more", async () => (await stand.DegradedAsync(Cancellation)).Count == 0, s_limit, Cancellation);
        Assert.Equal("converted", await SignUpAsync(stand, second));
    }

    private static async Task<string?> SignUpAsync(Stand stand, RedisServer primary)
    {
        var key = Stand.NewKey();
        await primary.ExecuteAsync(Cancellation, "SET", $"click:{key}", "xid-1");

        // A click is written where the site's own Redis client finds the primary; the shim may still read from the former one.
        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);
        return (await stand.EventOfAsync(answer, Cancellation)).GetProperty("Outcome").GetString();
    }
}
