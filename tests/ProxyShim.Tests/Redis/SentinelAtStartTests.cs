using ProxyShim.Redis;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Redis;

public class SentinelAtStartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_shim_that_starts_before_the_Sentinels_finds_them_when_they_are_there()
    {
        await using var sentinel = await RedisSentinel.StartAsync(cancellation: Cancellation);
        foreach (var watcher in sentinel.Watchers)
        {
            await watcher.KillAsync();
        }

        await using var gate = new RedisGate(
            Given.Settings(("Redis:ConnectionString", sentinel.ConnectionString), ("Redis:Timeout", "00:00:01")).Redis, TimeProvider.System);
        Assert.False(await PingAsync(gate));

        foreach (var watcher in sentinel.Watchers)
        {
            await watcher.RestartAsync(Cancellation);
        }

        await Eventually.IsTrueAsync("Redis answers", () => PingAsync(gate), cancellation: Cancellation);
    }

    private static Task<bool> PingAsync(RedisGate gate) => gate.TryRunAsync(static async (database, _) => await database.PingAsync(), 0).AsTask();
}
