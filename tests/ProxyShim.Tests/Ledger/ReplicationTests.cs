using ProxyShim.Clicks;
using ProxyShim.Ledger;
using ProxyShim.Testing;
using ProxyShim.Tests.CustomerApi;
using ProxyShim.Tests.Settings;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>A promise to a caller outlives the master (<c>Redis:WaitReplicas</c>), and a replica has no say in what is known.</summary>
public class ReplicationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_promised_that_too_few_replicas_have()
    {
        await using var master = await RedisServer.StartAsync(["repl-diskless-sync-delay 0"], Cancellation);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(master.Endpoint);
        var (ledger, id, redis) = (NewLedger(waitReplicas: 1), LedgerUnderTest.IdOf("customer"), connection.GetDatabase());
        await ClaimAsync(ledger, redis);

        Assert.False(await ledger.IsReplicatedAsync(redis, id));

        await using var replica = await RedisServer.StartAsync([$"replicaof 127.0.0.1 {master.Port}"], Cancellation);
        await replica.WaitUntilInStepAsync(master, Cancellation);
        await Eventually.IsTrueAsync("the replica has told that it has it", () => ledger.IsReplicatedAsync(redis, id), cancellation: Cancellation);

        // Another connection than that of the claim, which has written nothing itself: a repeated request on another shim.
        await using var other = await ConnectionMultiplexer.ConnectAsync(master.Endpoint);
        await Eventually.IsTrueAsync("it is told to others too", () => ledger.IsReplicatedAsync(other.GetDatabase(), id), cancellation: Cancellation);
        replica.Pause();
        try
        {
            Assert.False(await ledger.IsReplicatedAsync(other.GetDatabase(), id));
        }
        finally
        {
            replica.Resume();
        }
    }

    [Fact]
    public async Task Nothing_is_promised_that_the_ledger_has_forgotten()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Endpoint);

        Assert.False(await NewLedger(waitReplicas: 0).IsReplicatedAsync(connection.GetDatabase(), LedgerUnderTest.IdOf("customer")));
    }

    [Fact]
    public async Task The_replicas_of_another_master_do_not_vouch_for_what_it_never_had()
    {
        await using var old = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var next = await RedisServer.StartAsync(["repl-diskless-sync-delay 0"], Cancellation);
        await using var replica = await RedisServer.StartAsync(cancellation: Cancellation);
        await replica.ReplicateAsync(next, Cancellation);
        await using var before = await ConnectionMultiplexer.ConnectAsync(old.Endpoint);
        await using var after = await ConnectionMultiplexer.ConnectAsync(next.Endpoint);
        var (ledger, id) = (NewLedger(waitReplicas: 1), LedgerUnderTest.IdOf("customer"));
        await ClaimAsync(ledger, before.GetDatabase());

        Assert.False(await ledger.IsReplicatedAsync(FailingOverRedis.Between(before.GetDatabase(), after.GetDatabase()), id));
    }

    [Fact]
    public async Task A_replica_that_lags_does_not_deny_what_its_dead_master_knew()
    {
        await using var master = await RedisServer.StartAsync(["repl-diskless-sync-delay 0"], Cancellation);
        await using var replica = await RedisServer.StartAsync(cancellation: Cancellation);
        await replica.ReplicateAsync(master, Cancellation);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(
            Given.Settings(("Redis:ConnectionString", $"{master.Endpoint},{replica.Endpoint}")).Redis.Connection);
        var (ledger, id, redis) = (NewLedger(waitReplicas: 0), LedgerUnderTest.IdOf("customer"), connection.GetDatabase());

        // From here on the replica has no link to its master.
        await replica.ExecuteAsync(Cancellation, "REPLICAOF", "127.0.0.1", $"{FreePort.Next()}");
        await ClaimAsync(ledger, redis);
        await redis.StringSetAsync("click:customer", "xid_1");
        await master.KillAsync();
        await Eventually.IsTrueAsync(
            "the master is missed", () => Task.FromResult(!connection.GetServer(master.Endpoint).IsConnected), cancellation: Cancellation);

        Assert.True(connection.GetServer(replica.Endpoint).IsConnected);
        await Assert.ThrowsAsync<ProxyShim.Redis.RedisUnavailableException>(() => ledger.ReadAsync(TestBudget.Over(connection), id).AsTask());
        await Assert.ThrowsAsync<ProxyShim.Redis.RedisUnavailableException>(() => ledger.ReadWithBodyAsync(TestBudget.Over(connection), id).AsTask());
        await Assert.ThrowsAsync<ProxyShim.Redis.RedisUnavailableException>(() => ledger.DescribeWithBodyAsync(TestBudget.Over(connection), id).AsTask());
        await Assert.ThrowsAsync<ProxyShim.Redis.RedisUnavailableException>(() => ledger.DeadAsync(TestBudget.Over(connection), 1).AsTask());
        await Assert.ThrowsAnyAsync<RedisException>(() => new ClickStore(Given.Settings().Clicks).FindAsync(redis, Read.Request()));
    }

    private static ConversionLedger NewLedger(int waitReplicas) => new(
        new LedgerSettings(new LedgerKeys("proxyshim:", test: false), LedgerUnderTest.Lease, LedgerUnderTest.BodyTtl, null, waitReplicas, LedgerUnderTest.LongestWait));

    private static async Task ClaimAsync(ConversionLedger ledger, IDatabase redis)
    {
        var id = LedgerUnderTest.IdOf("customer");
        var now = (await ledger.ReadAsync(TestBudget.Over(redis.Multiplexer), id)).Now;
        await ledger.ClaimAsync(TestBudget.Over(redis.Multiplexer), id, LeaseToken.New(), now, now + TimeSpan.FromMinutes(1), LedgerUnderTest.NewConversion("customer"));
    }
}
