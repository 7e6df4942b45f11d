using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Support;

public class RedisClusterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_reaches_keys_on_every_master_and_a_killed_one_comes_back()
    {
        await using var cluster = await RedisCluster.StartAsync(settings: ["appendonly yes", "appendfsync always"], cancellation: Cancellation);
        await using (var client = await ConnectionMultiplexer.ConnectAsync(cluster.ConnectionString))
        {
            // Enough that all three have some: 1 - 3 × (2/3)^100.
            var writes = Enumerable.Range(0, 100).Select(i => client.GetDatabase().StringSetAsync($"key-{i}", i));
            await Task.WhenAll(writes);
        }

        foreach (var node in cluster.Nodes)
        {
            Assert.NotEqual("0", await node.ExecuteAsync(Cancellation, "DBSIZE"));
        }

        await cluster.Nodes[1].KillAsync();
        await cluster.Nodes[1].RestartAsync(Cancellation);
        await cluster.WaitUntilHealthyAsync(Cancellation);

        var sizes = await Task.WhenAll(cluster.Nodes.Select(node => node.ExecuteAsync(Cancellation, "DBSIZE")));
        Assert.Equal(100, sizes.Sum(size => int.Parse(size, provider: null)));
    }

    [Fact]
    public async Task A_replica_takes_over_from_a_killed_master()
    {
        await using var cluster = await RedisCluster.StartAsync(replicas: 1, cancellation: Cancellation);
        await using var client = await ConnectionMultiplexer.ConnectAsync(cluster.ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.GetDatabase().StringSetAsync($"key-{i}", i)));

        var old = await cluster.KillMasterAsync(Cancellation);
        await old.RestartAsync(Cancellation);
        await cluster.WaitUntilHealthyAsync(Cancellation);

        var masters = await cluster.GetMastersAsync(Cancellation);
        Assert.DoesNotContain(old, masters);
        var sizes = await Task.WhenAll(masters.Select(node => node.ExecuteAsync(Cancellation, "DBSIZE")));
        Assert.Equal(100, sizes.Sum(size => int.Parse(size, provider: null)));
    }

    [Fact]
    public async Task A_slot_moves_with_its_keys()
    {
        await using var cluster = await RedisCluster.StartAsync(cancellation: Cancellation);
        await using var client = await ConnectionMultiplexer.ConnectAsync(cluster.ConnectionString);
        await client.GetDatabase().StringSetAsync("key", "value");
        var slot = await cluster.FindSlotAsync("key", Cancellation);
        Assert.Equal("value", await slot.Source.ExecuteAsync(Cancellation, "GET", "key"));

        await RedisCluster.BeginToMoveAsync(slot, Cancellation);
        await cluster.FinishMovingAsync(slot, Cancellation);

        Assert.Equal("value", await slot.Target.ExecuteAsync(Cancellation, "GET", "key"));
        Assert.Equal("value", await client.GetDatabase().StringGetAsync("key"));
    }
}
