using System.Text;
using ProxyShim.EndToEnd.Faults;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using StackExchange.Redis;
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
        await using var parts = await StartAsync("ada");
        var (_, slow, stand) = parts;

        var answer = await stand.PostAsync(Stand.Body("ada"), Cancellation);
        Assert.Equal("converted", answer.Outcome);

        // The click and what the ledger knows; the claim. How it went is on its way: the caller does not wait for that.
        Assert.Equal((2, 3), (AnsweredRoundTripsOf(slow, "ada"), RoundTripsOf(slow, "ada")));
        await stand.EventOfAsync(answer, Cancellation);

        Assert.Equal("duplicate", (await stand.PostAsync(Stand.Body("ada"), Cancellation)).Outcome);
        Assert.Equal(3 + 1, RoundTripsOf(slow, "ada"));

        var fallback = await stand.EventOfAsync(await stand.PostAsync(Stand.Body("bob"), Cancellation), Cancellation);
        Assert.Equal("fallback", fallback.GetProperty("Outcome").GetString());
        Assert.Equal(1, RoundTripsOf(slow, "bob"));

        // Of somebody whom the Customer API has: is anything kept, and who brought the customer?
        Assert.Equal(200, (await PayAsync(stand, "bob")).Status);
        Assert.Equal(1 + 1, RoundTripsOf(slow, "bob"));
    }

    [Fact]
    public async Task The_next_call_on_the_connection_does_not_wait_for_that_either()
    {
        await using var parts = await StartAsync("ada");
        var (_, slow, stand) = parts;

        Assert.Equal("converted", (await stand.PostAsync(Stand.Body("ada"), Cancellation)).Outcome);
        Assert.Null((await stand.CallAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v2/partners"), Cancellation)).Outcome);

        Assert.Equal((2, 3), (AnsweredRoundTripsOf(slow, "ada"), RoundTripsOf(slow, "ada")));
    }

    [Fact]
    public async Task An_end_right_after_the_answer_waits_until_Redis_has_heard_of_it()
    {
        await using var parts = await StartAsync("ada");
        var (server, slow, stand) = parts;

        var answer = await stand.PostAsync(Stand.Body("ada"), Cancellation);
        Assert.Equal(("converted", 2), (answer.Outcome, AnsweredRoundTripsOf(slow, "ada")));
        Assert.Equal(0, await stand.Shim.StopAsync(Cancellation));

        await using var seen = await ConnectionMultiplexer.ConnectAsync(server.Endpoint);
        var entry = Assert.Single(seen.GetServers().Single().Keys(pattern: $"*conversion:{LedgerView.IdOf("ada")}"));
        Assert.Equal("sent", await seen.GetDatabase().HashGetAsync(entry, "state"));
        var events = stand.Shim.Log.Where(line => line.TryGetProperty("TraceId", out var trace) && trace.GetString() == answer.TraceId);
        Assert.Equal(["ConversionSent", "DeliveryAttempted", "RequestHandled"], events.Select(line => line.GetProperty("Event").GetString()).Order());
    }

    // The first conversion teaches Redis the scripts.
    private async Task<Parts> StartAsync(string customerKey)
    {
        Require.Program("redis-server", "redis-server");
        var server = await RedisServer.StartAsync(cancellation: Cancellation);
        var slow = new SlowRedis(server.Port);
        var stand = await Stand.StartAsync(
            redis, Cancellation, ("Redis:ConnectionString", slow.Endpoint), ("Redis:KeyPrefix", null), ("Clicks:Keys:0", null), ("Verification:Grace", "12:00:00"));
        await stand.WaitForRedisAsync(Cancellation);
        await using var clicks = await ConnectionMultiplexer.ConnectAsync(server.Endpoint);
        foreach (var key in new[] { "first", customerKey })
        {
            await clicks.GetDatabase().StringSetAsync($"click:{key}", "xid_1");
        }

        Assert.Equal("converted", (await stand.PostAsync(Stand.Body("first"), Cancellation)).Outcome);
        slow.SlowDown(s_delay);
        return new(server, slow, stand);
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

    private static int AnsweredRoundTripsOf(SlowRedis slow, string key) => slow.AnsweredRoundTripsOf($"click:{key}", LedgerView.IdOf(key));

    private static int RoundTripsOf(SlowRedis slow, string key) => slow.RoundTripsOf($"click:{key}", LedgerView.IdOf(key));

    private sealed record Parts(RedisServer Server, SlowRedis Slow, Stand Stand) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Stand.DisposeAsync();
            await Slow.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
