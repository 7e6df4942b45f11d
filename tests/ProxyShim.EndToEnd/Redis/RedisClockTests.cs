using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Redis;

/// <summary>Somebody sets the clock of Redis, or a failover leads to a server whose clock differs: all times in the ledger are by that clock.</summary>
[RedisSuite]
public sealed class RedisClockTests(TestRedis redis)
{
    // Fewer failures than the Conversion API is left alone for.
    private const int Customers = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(-1, "back")]
    [InlineData(4, "ahead")]
    public async Task What_waits_is_delivered_once_and_proved_when_the_clock_jumps_by_days(int days, string detail)
    {
        using var clock = await ServerClock.CreateAsync(Cancellation);
        await using var server = await RedisServer.StartAsync(clock, Cancellation);
        await using var stand = await StartAsync(server);
        stand.PartnerStack.ConversionApi.EnqueueFaults([.. Enumerable.Repeat(Fault.Status(503), 2 * Customers)]);
        var keys = await SignUpAsync(stand, server);

        clock.Set(TimeSpan.FromDays(days));
        await stand.Shim.WaitForLogAsync("the jump is an alert", line => Is(line, "Alert") && line.GetProperty("Detail").GetString() == detail, Cancellation);

        // An attempt that fails after the jump gives nothing up either: nothing is days old.
        await VerifiedAsync(stand, keys.Length);

        Assert.Equal(keys.Order(), stand.Conversions.Where(conversion => conversion.Landed).Select(conversion => conversion.CustomerKey).Order());
        Assert.DoesNotContain(stand.Shim.Log, line => Is(line, "ConversionDead") || Is(line, "ConversionPhantom"));
    }

    [Fact]
    public async Task What_was_sent_is_not_asked_for_before_it_can_be_seen_when_the_clock_is_set_ahead()
    {
        using var clock = await ServerClock.CreateAsync(Cancellation);
        await using var server = await RedisServer.StartAsync(clock, Cancellation);
        await using var stand = await StartAsync(server, ("Verification:Grace", "6s"));
        var sent = TimeProvider.System.GetTimestamp();
        var keys = await SignUpAsync(stand, server);

        clock.Set(TimeSpan.FromDays(4));
        await VerifiedAsync(stand, keys.Length);

        Assert.True(TimeProvider.System.GetElapsedTime(sent) > TimeSpan.FromSeconds(6), "It was read back sooner than it can be seen.");
        Assert.Equal(keys.Length, stand.Forwarded.Count(call => call.Method == "GET"));
    }

    private Task<Stand> StartAsync(RedisServer server, params (string, string?)[] more) => Stand.StartAsync(
        redis, Cancellation,
        [
            ("Redis:ConnectionString", server.Endpoint), ("Redis:KeyPrefix", null), ("Clicks:Keys:0", null), ("ConversionApi:MaxAttempts", "1"),
            ("Delivery:Schedule:0", "2s"), ("Verification:Grace", "1s"), .. more,
        ]);

    private static async Task<string[]> SignUpAsync(Stand stand, RedisServer server)
    {
        var keys = Enumerable.Range(0, Customers).Select(_ => Stand.NewKey()).ToArray();
        foreach (var key in keys)
        {
            await server.ExecuteAsync(Cancellation, "SET", $"click:{key}", "xid-1");
        }

        Assert.All(await Task.WhenAll(keys.Select(key => stand.PostAsync(Stand.Body(key), Cancellation))), answer => Assert.Equal(200, answer.Status));
        return keys;
    }

    private static Task VerifiedAsync(Stand stand, int count) => Eventually.IsTrueAsync(
        "all are proved", () => Task.FromResult(stand.Shim.Log.Count(line => Is(line, "ConversionVerified")) == count), cancellation: Cancellation);

    private static bool Is(JsonElement line, string name) => line.TryGetProperty("Event", out var value) && value.GetString() == name;
}
