using ProxyShim.Background;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Redis;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger.Kept;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using StackExchange.Redis;
using Xunit;
using RedisUnavailableException = ProxyShim.Redis.RedisUnavailableException;

namespace ProxyShim.Tests.Ledger;

/// <summary>A Redis Cluster that changes while the ledger is at work.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private readonly (ConversionId Id, LeaseToken Token) _customer = (LedgerUnderTest.IdOf("customer"), LeaseToken.New());
    private RedisCluster _cluster = null!;
    private RedisGate _gate = null!;
    private ConversionLedger _ledger = null!;
    private LedgerSettings _settings = null!;
    private LedgerKeys _keys = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync(cancellation: Cancellation);
        var settings = Given.Settings(("Redis:ConnectionString", _cluster.ConnectionString), ("Redis:Timeout", "00:00:05"));
        _gate = new RedisGate(settings.Redis, TimeProvider.System);
        _settings = settings.Ledger;
        _ledger = new ConversionLedger(_settings);
        _keys = new LedgerKeys(settings.Redis.KeyPrefix, test: false);
        await RunAsync(ClaimAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task What_moves_to_another_master_is_found_there()
    {
        var slot = await SlotAsync();
        await RedisCluster.BeginToMoveAsync(slot, Cancellation);
        await _cluster.FinishMovingAsync(slot, Cancellation);

        Assert.Equal(ConversionState.Claimed, (await RunAsync(ReadAsync)).Entry?.State);
        Assert.Equal(ClaimOutcome.Known, await RunAsync(ClaimAsync));
        Assert.Equal(SentOutcome.Sent, await RunAsync(redis => _ledger.SentAsync(redis, _customer.Id, _customer.Token, 1, "xid_1")));
        Assert.True(await IsConfirmedAsync(_customer.Id));
    }

    // A change names keys that are and keys that are not, and Redis tells where either is only when the whole slot has moved. What is read is one key, and of
    // whoever is known a claim names none that is not there.
    [Fact]
    public async Task While_its_slot_moves_a_partition_is_read_and_not_changed_and_the_others_are()
    {
        var slot = await SlotAsync();
        await RedisCluster.BeginToMoveAsync(slot, Cancellation);
        Assert.Equal(ConversionState.Claimed, (await RunAsync(ReadAsync)).Entry?.State);
        Assert.Equal(ClaimOutcome.Known, await RunAsync(ClaimAsync));
        await Assert.ThrowsAsync<RedisUnavailableException>(
            async () => await RunAsync(redis => _ledger.SentAsync(redis, _customer.Id, _customer.Token, 1, "xid_1")));

        var scan = await NewScan().RunAsync();
        Assert.Equal(ConversionId.Partitions - 1, scan.Length);
        Assert.Equal(0, scan.Sum(partition => partition.DueDepth));

        await _cluster.FinishMovingAsync(slot, Cancellation);
        scan = await NewScan().RunAsync();
        Assert.Equal((ConversionId.Partitions, 1), (scan.Length, scan.Sum(partition => partition.DueDepth)));
    }

    private LedgerSurvey NewScan() =>
        new(_gate, _ledger, new RedisClocks(_gate, _ledger, _settings, new AlertEvents(new CapturedLog().Events, new ShimMetrics()), TimeProvider.System));

    [Fact]
    public async Task Each_conversion_is_confirmed_by_its_own_master()
    {
        for (var number = 0; number < ConversionId.Partitions; number++)
        {
            var customer = $"customer-{number}";
            await RunAsync(redis => _ledger.ClaimAsync(
                redis, LedgerUnderTest.IdOf(customer), LeaseToken.New(), TimeProvider.System.GetUtcNow(), DateTimeOffset.MaxValue, LedgerUnderTest.NewConversion(customer)));

            Assert.True(await IsConfirmedAsync(LedgerUnderTest.IdOf(customer)));
        }
    }

    [Fact]
    public async Task A_call_is_kept_by_the_clock_of_the_server_that_has_it_and_withdrawn_there()
    {
        var (kept, nonce) = (new KeptCalls(_settings), CallNonce.New());
        var now = await RunAsync(redis => kept.ReadTimeAsync(redis, _customer.Id));
        Assert.InRange(TimeProvider.System.GetUtcNow() - now, -TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

        Assert.Equal(KeepOutcome.Late, await KeepAsync(now - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(KeepOutcome.Kept, await KeepAsync(now + TimeSpan.FromMinutes(1)));
        Assert.True(await RunAsync(redis => kept.WithdrawAsync(redis, _customer.Id, nonce, now)));
        Assert.Equal(0, (await RunAsync(redis => kept.ReadStatusAsync(redis, _customer.Id))).Waiting);

        Task<KeepOutcome> KeepAsync(DateTimeOffset notAfter) =>
            RunAsync(redis => kept.KeepAsync(redis, _customer.Id, KeptUnderTest.Call("a"), nonce, max: 10, wasUnverified: false, notAfter));
    }

    [Fact]
    public async Task When_no_partition_answers_Redis_is_unavailable()
    {
        foreach (var node in _cluster.Nodes)
        {
            await node.KillAsync();
        }

        await Assert.ThrowsAsync<RedisUnavailableException>(async () => await NewScan().RunAsync());
    }

    private async Task<T> RunAsync<T>(Func<RedisBudget, ValueTask<T>> work) => await work(_gate.NewBudget());

    private Task<bool> IsConfirmedAsync(ConversionId id) =>
        RunAsync(budget => budget.RunAsync(static async (redis, call) => await call._ledger.IsReplicatedAsync(redis, call.id), (_ledger, id)));

    private ValueTask<LedgerReading> ReadAsync(RedisBudget redis) => _ledger.ReadAsync(redis, _customer.Id);

    private ValueTask<ClaimOutcome> ClaimAsync(RedisBudget redis)
        => _ledger.ClaimAsync(redis, _customer.Id, _customer.Token, TimeProvider.System.GetUtcNow(), DateTimeOffset.MaxValue, LedgerUnderTest.NewConversion("customer"));

    private Task<ClusterSlot> SlotAsync() => _cluster.FindSlotAsync($"{_keys.Of(_customer.Id)[0]}", Cancellation);
}
