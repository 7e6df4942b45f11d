using System.Text;
using ProxyShim.EndToEnd.Faults;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Redis;

/// <summary>How often a call waits for Redis: a round trip more is a waking more, for each call. Counted on the wire.</summary>
[RedisSuite]
public sealed class RoundTripTests(TestRedis redis)
{
    // Half of it is longer than a busy machine stands still between two commands that nothing keeps apart.
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(800);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_waits_for_Redis_no_more_often_than_it_must()
    {
        Require.Program("redis-server", "redis-server");
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var slow = new SlowRedis(server.Port);
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("Redis:ConnectionString", slow.Endpoint), ("Redis:KeyPrefix", null), ("Clicks:Keys:0", null), ("Verification:Grace", "12:00:00"));
        await stand.WaitForRedisAsync(Cancellation);
        await using var clicks = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(server.Endpoint);

        // The first conversion teaches Redis the scripts.
        foreach (var key in new[] { "first", "ada" })
        {
            await clicks.GetDatabase().StringSetAsync($"click:{key}", "xid_1");
        }

        Assert.Equal("converted", (await stand.PostAsync(Stand.Body("first"), Cancellation)).Outcome);
        slow.SlowDown(s_delay);

        Assert.Equal("converted", (await stand.PostAsync(Stand.Body("ada"), Cancellation)).Outcome);

        // The click and what the ledger knows; the claim; how it went.
        Assert.Equal(3, RoundTripsOf(slow, "ada"));

        Assert.Equal("duplicate", (await stand.PostAsync(Stand.Body("ada"), Cancellation)).Outcome);
        Assert.Equal(3 + 1, RoundTripsOf(slow, "ada"));

        var fallback = await stand.EventOfAsync(await stand.PostAsync(Stand.Body("bob"), Cancellation), Cancellation);
        Assert.Equal("fallback", fallback.GetProperty("Outcome").GetString());
        Assert.Equal(1, RoundTripsOf(slow, "bob"));

        // Of somebody whom the Customer API has: is anything kept, and who brought the customer?
        Assert.Equal(200, (await PayAsync(stand, "bob")).Status);
        Assert.Equal(1 + 1, RoundTripsOf(slow, "bob"));
    }

    private static Task<LegacyAnswer> PayAsync(Stand stand, string key)
    {
        var payment = new HttpRequestMessage(HttpMethod.Post, "/api/v2/transactions")
        {
            Content = new StringContent($$"""{"customer_key":"{{key}}","amount":100,"currency":"USD"}""", Encoding.UTF8, "application/json"),
        };
        payment.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);
        return stand.CallAsync(payment, Cancellation);
    }

    private static int RoundTripsOf(SlowRedis slow, string key) => slow.RoundTripsOf($"click:{key}", LedgerView.IdOf(key));
}
