using ProxyShim.Background;
using ProxyShim.Ledger;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.Background;

[RedisSuite]
public class LedgerWorkerTests(TestRedis redis)
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_due_is_sent_and_what_was_sent_is_proved_wherever_it_stands()
    {
        await using var backstage = await OpenAsync();
        var due = await Task.WhenAll(Enumerable.Range(0, 30).Select(number => backstage.ReadyAsync(ConversionState.Due, $"due-{number}")));
        var gauges = new LedgerGauges();
        using var worker = WorkerOf(backstage, gauges);

        await worker.StartAsync(Cancellation);
        await backstage.PartnerStack.WaitUntilAsync(stack => stack.Conversions.Count == due.Length, Eventually.DefaultLimit, Cancellation);
        await UntilAsync(backstage, due, ConversionState.Sent);
        await Task.WhenAll(due.Select(backstage.Under.PassTimeAsync));
        await UntilAsync(backstage, due, ConversionState.Verified);
        await worker.StopAsync(Cancellation);

        Assert.Equal((30, 30), (backstage.Count("ConversionSent"), backstage.Count("ConversionVerified")));
        Assert.True(due.Select(id => id.Partition).Distinct().Count() > 8);
    }

    [Fact]
    public async Task Several_share_the_work_and_send_nothing_twice()
    {
        await using var backstage = await OpenAsync();
        var due = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => backstage.ReadyAsync(ConversionState.Due, $"due-{number}")));
        var workers = Enumerable.Range(0, 3).Select(_ => WorkerOf(backstage, new LedgerGauges())).ToArray();

        await Task.WhenAll(workers.Select(worker => worker.StartAsync(Cancellation)));
        await UntilAsync(backstage, due, ConversionState.Sent);
        await Task.WhenAll(workers.Select(worker => worker.StopAsync(Cancellation)));

        Assert.Equal(60, backstage.PartnerStack.Conversions.Count);
        Assert.Equal(60, backstage.Count("ConversionSent"));
        Array.ForEach(workers, worker => worker.Dispose());
    }

    [Fact]
    public async Task It_tells_how_much_waits()
    {
        await using var backstage = await OpenAsync();
        backstage.PartnerStack.ConversionApi.SetFault(Fault.Hang(landed: false));
        await backstage.Under.BringToAsync(ConversionState.Due, "later");
        await backstage.ReadyAsync(ConversionState.Due, "now");
        await backstage.Under.BringToAsync(ConversionState.Sent, "sent");
        await backstage.Under.BringToAsync(ConversionState.Dead, "dead");
        var gauges = new LedgerGauges();
        Assert.Null(gauges.Depths);
        using var worker = WorkerOf(backstage, gauges);

        await worker.StartAsync(Cancellation);
        var depths = await Eventually.FindAsync("it has looked", () => Task.FromResult(gauges.Depths), cancellation: Cancellation);

        Assert.Equal((2, 1, 1), (depths.Due, depths.Unverified, depths.Dead));
        Assert.True(depths.OldestDueAge > TimeSpan.Zero);
        await backstage.PartnerStack.WaitUntilAsync(stack => stack.Calls.Any(call => call.BodyComplete), Eventually.DefaultLimit, Cancellation);
        backstage.PartnerStack.ConversionApi.ReleaseHung();
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task What_has_been_taken_is_brought_to_its_end_when_the_shim_stops()
    {
        await using var backstage = await OpenAsync();
        backstage.PartnerStack.ConversionApi.SetFault(Fault.Hang(landed: true));
        var id = await backstage.ReadyAsync(ConversionState.Due);
        using var worker = WorkerOf(backstage, new LedgerGauges());
        await worker.StartAsync(Cancellation);
        await backstage.PartnerStack.WaitUntilAsync(stack => stack.Calls.Any(call => call.BodyComplete), Eventually.DefaultLimit, Cancellation);

        var stopping = worker.StopAsync(Cancellation);
        Assert.False(stopping.IsCompleted);
        backstage.PartnerStack.ConversionApi.ReleaseHung();
        await stopping;

        Assert.Equal(ConversionState.Sent, (await backstage.SeeAsync(id)).State);
    }

    [Theory]
    [InlineData(Loss.None)]
    [InlineData(Loss.Command)]
    internal async Task Where_nothing_can_be_done_it_looks_no_more_than_once_a_second(Loss weather)
    {
        await using var backstage = await OpenAsync();
        using var worker = WorkerOf(backstage, new LedgerGauges());
        await worker.StartAsync(Cancellation);

        // A round that has done something is no reason to hurry for ever after.
        await UntilAsync(backstage, [await backstage.ReadyAsync(ConversionState.Due)], ConversionState.Sent);
        var looks = 0;
        backstage.Weather = () =>
        {
            Interlocked.Increment(ref looks);
            return weather;
        };
        var start = backstage.Time.GetTimestamp();
        var bound = ConversionId.Partitions * 2;
        await Eventually.IsTrueAsync(
            "it has looked for a while",
            () =>
            {
                // One that was under way, then one a second.
                Assert.InRange(Volatile.Read(ref looks), 0, bound + (ConversionId.Partitions * backstage.Time.GetElapsedTime(start).TotalSeconds));
                backstage.Time.Advance(s_tick);
                return Task.FromResult(Volatile.Read(ref looks) >= 5 * ConversionId.Partitions);
            },
            cancellation: Cancellation);
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task When_Redis_is_back_it_works_again()
    {
        await using var backstage = await OpenAsync();
        var id = await backstage.ReadyAsync(ConversionState.Due);
        backstage.Weather = () => Loss.Command;
        using var worker = WorkerOf(backstage, new LedgerGauges());
        await worker.StartAsync(Cancellation);
        await Eventually.IsTrueAsync(
            "Redis is left alone",
            () =>
            {
                backstage.Time.Advance(s_tick);
                return Task.FromResult(backstage.Redis.IsBroken);
            },
            cancellation: Cancellation);

        backstage.Weather = () => Loss.None;
        await UntilAsync(backstage, [id], ConversionState.Sent);
        await worker.StopAsync(Cancellation);
    }

    // The clock runs without regard to how long things really take, so nothing may time out by it; a read-back that does is made again.
    private Task<Backstage> OpenAsync() => Backstage.OpenAsync(
        redis, ("Redis:Timeout", "00:01:00"), ("ConversionApi:AttemptTimeout", "00:05:00"), ("ConversionApi:TotalTimeout", "00:05:00"),
        ("Verification:Interval", "00:00:00.010"));

    private static LedgerWorker WorkerOf(Backstage backstage, LedgerGauges gauges) =>
        new(new PartitionScan(backstage.Redis, backstage.Ledger), backstage.Delivery, backstage.Verification, backstage.Playing, gauges, backstage.Time);

    // The worker waits on the test's clock, so the test moves it until the worker has got there.
    private static Task UntilAsync(Backstage backstage, IReadOnlyList<ConversionId> ids, ConversionState state) => Eventually.IsTrueAsync(
        $"all are {state}",
        async () =>
        {
            backstage.Time.Advance(s_tick);
            var entries = await Task.WhenAll(ids.Select(id => backstage.Ledger.ReadAsync(backstage.Under.Redis, id)));
            return entries.All(entry => entry.Entry!.State == state);
        },
        cancellation: Cancellation);
}
