using ProxyShim.Redis;
using ProxyShim.Tests.Settings;
using StackExchange.Redis;

namespace ProxyShim.Tests.Ledger;

/// <summary>Time enough for what a test asks of Redis, over a connection that stays open after it.</summary>
internal static class TestBudget
{
    private static readonly RedisSettings s_settings = Given.Settings([("Redis:Timeout", "00:01:00")]).Redis;

    public static RedisBudget Over(IConnectionMultiplexer connection) => new RedisGate(s_settings, TimeProvider.System, () => Task.FromResult(connection)).NewBudget();
}
