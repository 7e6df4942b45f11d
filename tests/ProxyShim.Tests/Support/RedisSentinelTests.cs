using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Support;

public class RedisSentinelTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_finds_the_master_and_what_was_replicated_outlives_it()
    {
        await using var sentinel = await RedisSentinel.StartAsync(cancellation: Cancellation);
        await using (var client = await ConnectionMultiplexer.ConnectAsync(sentinel.ConnectionString))
        {
            await client.GetDatabase().StringSetAsync("key", "value");
        }

        var master = await sentinel.GetMasterAsync(Cancellation);
        await sentinel.Servers.Single(server => server != master).WaitUntilInStepAsync(master, Cancellation);
        var old = await sentinel.KillMasterAsync(Cancellation);

        var next = await sentinel.GetMasterAsync(Cancellation);
        Assert.NotEqual(old.Port, next.Port);
        Assert.Equal("value", await next.ExecuteAsync(Cancellation, "GET", "key"));

        await old.RestartAsync(Cancellation);
        await sentinel.WaitUntilHealthyAsync(Cancellation);
        Assert.Equal(next.Port, (await sentinel.GetMasterAsync(Cancellation)).Port);
    }

    [Fact]
    public async Task A_failover_in_good_order_makes_the_replica_master()
    {
        await using var sentinel = await RedisSentinel.StartAsync(cancellation: Cancellation);

        var old = await sentinel.FailOverAsync(Cancellation);

        Assert.NotEqual(old.Port, (await sentinel.GetMasterAsync(Cancellation)).Port);
    }

    [Fact]
    public async Task A_frozen_master_is_replaced_and_becomes_a_replica_when_it_wakes()
    {
        await using var sentinel = await RedisSentinel.StartAsync(cancellation: Cancellation);

        var old = await sentinel.PauseMasterAsync(Cancellation);
        old.Resume();
        await sentinel.WaitUntilHealthyAsync(Cancellation);

        Assert.NotEqual(old.Port, (await sentinel.GetMasterAsync(Cancellation)).Port);
    }
}
