using System.Text;
using ProxyShim.Background;
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
    public async Task A_lost_Redis_degrades()
    {
        await _instruments.LoseRedisAsync();

        NewWatch().Look();

        AssertDegraded(DegradedPart.Redis, "unavailable");
    }

    [Fact]
    public void A_stuck_queue_degrades_until_it_moves()
    {
        var watch = NewWatch();
        _instruments.Ledger.Depths = new LedgerDepths(1, 0, 0, HealthWatch.Overdue + TimeSpan.FromSeconds(1));
        watch.Look();
        AssertDegraded(DegradedPart.Queue, "overdue");

        _instruments.Ledger.Depths = new LedgerDepths(1, 0, 0, TimeSpan.Zero);
        watch.Look();
        Assert.Empty(_instruments.Degradations.Current);
    }

    [Fact]
    public void A_log_that_loses_events_degrades_until_it_loses_no_more()
    {
        using var full = new BackgroundLines(Stream.Null, TimeProvider.System, capacity: 1);
        var watch = new HealthWatch(
            _instruments.Degradations, _instruments.Redis, _instruments.ConversionApi, _instruments.Ledger, full, TimeProvider.System);

        full.Write(Encoding.UTF8.GetBytes("lost\n"));
        watch.Look();
        AssertDegraded(DegradedPart.Log, "events_dropped");

        watch.Look();
        Assert.Empty(_instruments.Degradations.Current);
    }

    public ValueTask DisposeAsync() => _instruments.DisposeAsync();

    private HealthWatch NewWatch() => new(
        _instruments.Degradations, _instruments.Redis, _instruments.ConversionApi, _instruments.Ledger, _instruments.Lines, TimeProvider.System);

    private void AssertDegraded(DegradedPart part, string reason)
    {
        var degradation = Assert.Single(_instruments.Degradations.Current);
        Assert.Equal((part, reason), (degradation.Part, degradation.Reason));
    }
}
