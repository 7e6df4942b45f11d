using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Background;
using ProxyShim.Conversions;
using ProxyShim.Management;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Output;
using ProxyShim.Tests.Management.Scraping;
using Xunit;

namespace ProxyShim.Tests.Management;

public sealed class HealthWatchTests : IAsyncDisposable
{
    private readonly Instruments _instruments = new();

    [Fact]
    public void When_all_is_well_nothing_is_degraded()
    {
        _instruments.Ledger.Depths = new LedgerDepths(1000, 1000, 1000, HealthWatch.Overdue);

        NewWatch().Look();

        Assert.Empty(_instruments.Degradations.Current);
    }

    [Fact]
    public void A_Conversion_API_that_decides_nothing_is_told_with_its_last_word_until_it_does()
    {
        var watch = NewWatch();
        Fail(ConversionPipeline.FailingLimit - 1, new(AttemptResult.NotDelivered, Error: "Request"));
        Assert.Empty(_instruments.Degradations.Current);

        Fail(1, new(AttemptResult.Ambiguous, Status: 504));
        AssertDegraded(HealthComponent.ConversionApi, "failing");
        Assert.Equal("HTTP 504", _instruments.Degradations.Current[0].Detail);

        Fail(1, new(AttemptResult.Refused, Status: 422));
        Assert.Empty(_instruments.Degradations.Current);

        void Fail(int times, ConversionAnswer answer)
        {
            foreach (var _ in Enumerable.Range(0, times))
            {
                _instruments.ConversionApi.Note(answer);
            }

            watch.Look();
        }
    }

    [Fact]
    public void A_stuck_queue_degrades_until_it_moves()
    {
        var watch = NewWatch();
        _instruments.Ledger.Depths = new LedgerDepths(1, 0, 0, HealthWatch.Overdue + TimeSpan.FromSeconds(1));
        watch.Look();
        AssertDegraded(HealthComponent.Queue, "overdue");

        _instruments.Ledger.Depths = new LedgerDepths(1, 0, 0, TimeSpan.Zero);
        watch.Look();
        Assert.Empty(_instruments.Degradations.Current);
    }

    [Fact]
    public void A_log_that_loses_events_degrades_once_and_for_as_long_as_somebody_may_look_once()
    {
        var time = new FakeTimeProvider();
        var output = new Room { Bytes = 0 };
        using var lines = new BackgroundLineWriter(output, TimeProvider.System);
        var watch = new HealthWatch(
            _instruments.Degradations, _instruments.ConversionApi, _instruments.Ledger, lines, time);

        Write(lines, taken: false);
        watch.Look();
        AssertDegraded(HealthComponent.Log, "events_dropped");

        // Nothing is lost while nothing is written, but nobody has been told either.
        time.Advance(HealthWatch.LossIsTold * 2);
        watch.Look();
        AssertDegraded(HealthComponent.Log, "events_dropped");

        output.Bytes = int.MaxValue;
        Write(lines, taken: true);
        watch.Look();
        Assert.Empty(_instruments.Degradations.Current);

        output.Bytes = 0;
        Write(lines, taken: false);
        watch.Look();
        output.Bytes = int.MaxValue;
        Write(lines, taken: true);
        time.Advance(HealthWatch.LossIsTold - TimeSpan.FromSeconds(1));
        watch.Look();
        AssertDegraded(HealthComponent.Log, "events_dropped");
        time.Advance(TimeSpan.FromSeconds(1));
        watch.Look();
        Assert.Empty(_instruments.Degradations.Current);

        static void Write(BackgroundLineWriter lines, bool taken)
        {
            lines.Write(Encoding.UTF8.GetBytes("line\n"));
            Assert.True(SpinWait.SpinUntil(() => lines.IsLosing != taken, TimeSpan.FromSeconds(30)));
        }
    }

    public ValueTask DisposeAsync() => _instruments.DisposeAsync();

    private HealthWatch NewWatch() => new(
        _instruments.Degradations, _instruments.ConversionApi, _instruments.Ledger, _instruments.Lines, TimeProvider.System);

    private sealed class Room : IByteOutput
    {
        public int Bytes { get; set; }

        public int Write(ReadOnlySpan<byte> bytes) => Math.Min(Bytes, bytes.Length);
    }

    private void AssertDegraded(HealthComponent part, string reason)
    {
        var degradation = Assert.Single(_instruments.Degradations.Current);
        Assert.Equal((part, reason), (degradation.Part, degradation.Reason));
    }
}
