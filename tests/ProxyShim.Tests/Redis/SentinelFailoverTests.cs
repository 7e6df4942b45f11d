using ProxyShim.Redis;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using Xunit;
using Eventually = ProxyShim.Testing.Eventually;

namespace ProxyShim.Tests.Redis;

/// <summary>The master is whom the Sentinels call so, and nobody else, whatever it takes itself for.</summary>
public class SentinelFailoverTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // A server that was the master when it died starts as one, and is told otherwise only after seconds: what it is given meanwhile is lost.
    [Fact]
    public async Task A_dead_master_that_comes_back_gets_nothing_more()
    {
        await using var sentinel = await RedisSentinel.StartAsync(settings: ["appendonly yes"], cancellation: Cancellation);
        foreach (var watcher in sentinel.Watchers)
        {
            // They wait for four of these before they tell it; the default is two seconds.
            await watcher.ExecuteAsync(Cancellation, "SENTINEL", "DEBUG", "publish-period", "1500");
        }

        await using var gate = new RedisGate(Given.Settings(("Redis:ConnectionString", sentinel.ConnectionString)).Redis, TimeProvider.System);
        await Eventually.IsTrueAsync("the master is found", () => WriteAsync(gate, "before"), cancellation: Cancellation);

        var old = await sentinel.KillMasterAsync(Cancellation);
        var next = await sentinel.GetMasterAsync(Cancellation);
        await Eventually.IsTrueAsync("the next master is found", () => WriteAsync(gate, "between"), cancellation: Cancellation);
        await old.RestartAsync(Cancellation);

        var written = 0;
        await Eventually.IsTrueAsync("the old one is told", async () =>
        {
            written += await WriteAsync(gate, $"after-{written}") ? 1 : 0;
            return (await InfoAsync(old)).Contains("role:slave", StringComparison.Ordinal);
        }, cancellation: Cancellation);

        Assert.NotEqual(0, written);
        for (var number = 0; number < written; number++)
        {
            Assert.Equal("value", await next.ExecuteAsync(Cancellation, "GET", $"after-{number}"));
        }
    }

    [Fact]
    public async Task What_a_frozen_master_has_not_answered_when_it_is_replaced_it_answers_no_more()
    {
        await using var sentinel = await RedisSentinel.StartAsync(cancellation: Cancellation);
        await using var gate = new RedisGate(
            Given.Settings(("Redis:ConnectionString", sentinel.ConnectionString), ("Redis:Timeout", "00:01:00")).Redis, TimeProvider.System);
        Assert.True(await WriteAsync(gate, "before"));
        var old = await sentinel.GetMasterAsync(Cancellation);
        old.Pause();
        var writing = WriteAsync(gate, "between");

        await sentinel.PauseMasterAsync(Cancellation);
        await Eventually.IsTrueAsync("the next master is found", () => WriteAsync(gate, "after"), cancellation: Cancellation);
        old.Resume();

        Assert.False(await writing);
        Assert.Equal("value", await (await sentinel.GetMasterAsync(Cancellation)).ExecuteAsync(Cancellation, "GET", "after"));
    }

    private static Task<bool> WriteAsync(RedisGate gate, string key)
        => gate.TryRunAsync(static async (redis, key) => await redis.StringSetAsync(key, "value"), key).AsTask();

    private static async Task<string> InfoAsync(RedisServer server)
    {
        try
        {
            return await server.ExecuteAsync(Cancellation, "INFO", "replication");
        }
        catch (InvalidOperationException)
        {
            // Sentinel cuts off every client of a server that it reconfigures.
            return "";
        }
    }
}
