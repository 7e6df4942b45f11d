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
        await using var background = await OpenAsync();
        var due = await Task.WhenAll(Enumerable.Range(0, 30).Select(number => background.ReadyAsync(ConversionState.Due, $"due-{number}")));
        var gauges = new LedgerSnapshot();
        using var worker = WorkerOf(background, gauges);

        await worker.StartAsync(Cancellation);
        await background.PartnerStack.WaitUntilAsync(stack => stack.Conversions.Count == due.Length, Eventually.DefaultLimit, Cancellation);
        await UntilAsync(background, due, ConversionState.Sent);
        await Task.WhenAll(due.Select(background.Under.PassTimeAsync));
        await UntilAsync(background, due, ConversionState.Verified);
        await worker.StopAsync(Cancellation);

        Assert.Equal((30, 30), (background.Count("ConversionSent"), background.Count("ConversionVerified")));
        Assert.True(due.Select(id => id.Partition).Distinct().Count() > 8);
    }

    [Fact]
    public async Task Several_share_the_work_and_send_nothing_twice()
    {
        await using var background = await OpenAsync();
        var due = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => background.ReadyAsync(ConversionState.Due, $"due-{number}")));
        var workers = Enumerable.Range(0, 3).Select(_ => WorkerOf(background, new LedgerSnapshot())).ToArray();

        await Task.WhenAll(workers.Select(worker => worker.StartAsync(Cancellation)));
        await UntilAsync(background, due, ConversionState.Sent);
        await Task.WhenAll(workers.Select(worker => worker.StopAsync(Cancellation)));

        Assert.Equal(60, background.PartnerStack.Conversions.Count);
        Assert.Equal(60, background.Count("ConversionSent"));
        Array.ForEach(workers, worker => worker.Dispose());
    }

    [Fact]
    public async Task It_tells_how_much_waits()
    {
        await using var background = await OpenAsync();
        background.PartnerStack.ConversionApi.SetFault(Fault.Hang(landed: false));
        await background.Under.BringToAsync(ConversionState.Due, "later");
        await background.ReadyAsync(ConversionState.Due, "now");
        await background.Under.BringToAsync(ConversionState.Sent, "sent");
        await background.Under.BringToAsync(ConversionState.Dead, "dead");
        var gauges = new LedgerSnapshot();
        Assert.Null(gauges.Depths);
        using var worker = WorkerOf(background, gauges);

        await worker.StartAsync(Cancellation);
        var depths = await Eventually.FindAsync("it has looked", () => Task.FromResult(gauges.Depths), cancellation: Cancellation);

        Assert.Equal((2, 1, 1), (depths.Due, depths.Unverified, depths.Dead));
        Assert.True(depths.OldestDueAge > TimeSpan.Zero);
        await background.PartnerStack.WaitUntilAsync(stack => stack.Calls.Any(call => call.BodyComplete), Eventually.DefaultLimit, Cancellation);
        background.PartnerStack.ConversionApi.ReleaseHung();
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task What_has_been_taken_is_brought_to_its_end_when_the_shim_stops()
    {
        await using var background = await OpenAsync();
        background.PartnerStack.ConversionApi.SetFault(Fault.Hang(landed: true));
        var id = await background.ReadyAsync(ConversionState.Due);
        using var worker = WorkerOf(background, new LedgerSnapshot());
        await worker.StartAsync(Cancellation);
        await background.PartnerStack.WaitUntilAsync(stack => stack.Calls.Any(call => call.BodyComplete), Eventually.DefaultLimit, Cancellation);

        var stopping = worker.StopAsync(Cancellation);
        Assert.False(stopping.IsCompleted);
        background.PartnerStack.ConversionApi.ReleaseHung();
        await stopping;

        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(id)).State);
    }

    [Theory]
    [InlineData(Loss.None)]
    [InlineData(Loss.Command)]
    internal async Task Where_nothing_can_be_done_it_looks_no_more_than_once_a_second(Loss weather)
    {
        await using var background = await OpenAsync();
        using var worker = WorkerOf(background, new LedgerSnapshot());
        await worker.StartAsync(Cancellation);

        // A round that has done something is no reason to hurry for ever after.
        await UntilAsync(background, [await background.ReadyAsync(ConversionState.Due)], ConversionState.Sent);
        var looks = 0;
        background.Losses = () =>
        {
            Interlocked.Increment(ref looks);
            return weather;
        };
        var start = background.Time.GetTimestamp();
        var bound = ConversionId.Partitions * 2;
        await Eventually.IsTrueAsync(
            "it has looked for a while",
            () =>
            {
                // One that was under way, then one a second.
                Assert.InRange(Volatile.Read(ref looks), 0, bound + (ConversionId.Partitions * background.Time.GetElapsedTime(start).TotalSeconds));
                background.Time.Advance(s_tick);
                return Task.FromResult(Volatile.Read(ref looks) >= 5 * ConversionId.Partitions);
            },
            cancellation: Cancellation);
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task When_Redis_is_back_it_works_again()
    {
        await using var background = await OpenAsync();
        var id = await background.ReadyAsync(ConversionState.Due);
        background.Losses = () => Loss.Command;
        using var worker = WorkerOf(background, new LedgerSnapshot());
        await worker.StartAsync(Cancellation);
        await Eventually.IsTrueAsync(
            "Redis is left alone",
            () =>
            {
                background.Time.Advance(s_tick);
                return Task.FromResult(background.Redis.IsBroken);
            },
            cancellation: Cancellation);

        background.Losses = () => Loss.None;
        await UntilAsync(background, [id], ConversionState.Sent);
        await worker.StopAsync(Cancellation);
    }

    // The clock runs without regard to how long things really take, so nothing may time out by it; a read-back that does is made again.
    private Task<BackgroundHost> OpenAsync() => BackgroundHost.OpenAsync(
        redis, ("Redis:Timeout", "00:01:00"), ("ConversionApi:AttemptTimeout", "00:05:00"), ("ConversionApi:TotalTimeout", "00:05:00"),
        ("Verification:Interval", "00:00:00.010"));

    private static LedgerWorker WorkerOf(BackgroundHost background, LedgerSnapshot gauges) =>
        new(
            new LedgerSurvey(background.Redis, background.Ledger, background.Clocks), background.Delivery, background.Verification, background.Playing, background.Holding,
            gauges, background.Time);

    // The worker waits on the test's clock, so the test moves it until the worker has got there.
    private static Task UntilAsync(BackgroundHost background, IReadOnlyList<ConversionId> ids, ConversionState state) => Eventually.IsTrueAsync(
        $"all are {state}",
        async () =>
        {
            background.Time.Advance(s_tick);
            var entries = await Task.WhenAll(ids.Select(id => background.Ledger.ReadAsync(background.Under.Budget, id).AsTask()));
            return entries.All(entry => entry.Entry!.State == state);
        },
        cancellation: Cancellation);
}
