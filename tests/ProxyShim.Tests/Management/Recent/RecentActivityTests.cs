using Microsoft.Extensions.Time.Testing;
using ProxyShim.Management.Recent;
using ProxyShim.Management.Reporting;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Metrics;
using Xunit;

namespace ProxyShim.Tests.Management.Recent;

public sealed class RecentActivityTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 5, 4, 3, 59, 30, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(s_start);
    private readonly ShimMetrics _metrics = new();
    private readonly RecentActivity _activity;

    public RecentActivityTests() => _activity = new(_metrics, _time);

    [Fact]
    public void Without_requests_there_is_nothing()
    {
        _metrics.Begin();

        Assert.Empty(_activity.Read());
        Assert.Equal(s_start, _activity.Since);
    }

    [Fact]
    public void Each_minute_has_its_own_counts()
    {
        Handle(Outcome.Converted, xid: "xid", milliseconds: 20);
        Handle(Outcome.Converted, xid: "xid", milliseconds: 40);
        _metrics.Converted(ConversionStage.Sent);
        _time.Advance(TimeSpan.FromSeconds(30));
        Handle(Outcome.Fallback, Reasons.NoClick, milliseconds: 10);

        Assert.Collection(
            Read(),
            minute =>
            {
                Assert.Equal(new(2026, 5, 4, 3, 59, 0, TimeSpan.Zero), minute.Start);
                Assert.Equal([KeyValuePair.Create("converted", 2L)], minute.Outcomes);
                Assert.Equal([KeyValuePair.Create("hit", 2L)], minute.LookUps);
                Assert.Equal([KeyValuePair.Create("sent", 1L)], minute.Conversions);
                Assert.InRange(minute.Latency!.Median, 19.8, 20.2);
                Assert.InRange(minute.Latency.P95, 39.6, 40.4);
            },
            minute =>
            {
                Assert.Equal(new(2026, 5, 4, 4, 0, 0, TimeSpan.Zero), minute.Start);
                Assert.Equal([KeyValuePair.Create("fallback", 1L)], minute.Outcomes);
                Assert.Equal([KeyValuePair.Create("miss", 1L)], minute.LookUps);
                Assert.Empty(minute.Conversions);
            });
    }

    [Fact]
    public void A_caller_who_hung_up_is_counted_and_waited_for_nothing()
    {
        Handle(Outcome.Aborted, milliseconds: 9_000);

        var minute = Assert.Single(Read());
        Assert.Equal([KeyValuePair.Create("aborted", 1L)], minute.Outcomes);
        Assert.Null(minute.Latency);
    }

    [Fact]
    public void An_hour_later_a_minute_is_forgotten()
    {
        Handle(Outcome.Converted);
        _time.Advance(TimeSpan.FromMinutes(RecentActivity.Minutes - 1));
        Handle(Outcome.Queued);
        Assert.Equal(["converted", "queued"], Read().SelectMany(minute => minute.Outcomes.Keys));

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["queued"], Read().SelectMany(minute => minute.Outcomes.Keys));

        // Its place is used again, for a minute with other counts.
        Handle(Outcome.Rejected);
        Assert.Equal(["queued", "rejected"], Read().SelectMany(minute => minute.Outcomes.Keys));
    }

    [Fact]
    public void The_durations_of_all_minutes_add_up()
    {
        Handle(Outcome.Converted, milliseconds: 100);
        _time.Advance(TimeSpan.FromMinutes(1));
        Handle(Outcome.Passthrough, milliseconds: 300);

        var latency = new LatencyHistogram();
        foreach (var minute in _activity.Read())
        {
            minute.Read(latency);
        }

        Assert.Equal((2, 300), (latency.Count, latency.Max));
        Assert.InRange(latency.Percentile(0.5), 99, 101);
    }

    [Fact]
    public void Nothing_of_many_at_once_is_lost()
    {
        var record = Record(Outcome.Converted, null, null);

        Parallel.For(0, 4, _ =>
        {
            for (var count = 0; count < 200_000; count++)
            {
                _metrics.Handled(record, TimeSpan.FromMilliseconds(1));
            }
        });

        Assert.Equal(800_000, Assert.Single(Read()).Outcomes["converted"]);
    }

    [Fact]
    public void Counting_costs_no_memory()
    {
        Handle(Outcome.Converted, xid: "xid");
        var record = Record(Outcome.Converted, null, "xid");

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
        {
            _metrics.Handled(record, TimeSpan.FromMilliseconds(30));
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 16);
    }

    public void Dispose()
    {
        _activity.Dispose();
        _metrics.Dispose();
    }

    private static RequestRecord Record(Outcome outcome, string? reason, string? xid) =>
        new() { TraceId = "", Route = "", Outcome = outcome, Reason = reason, Xid = xid };

    private void Handle(Outcome outcome, string? reason = null, string? xid = null, int milliseconds = 1) =>
        _metrics.Handled(Record(outcome, reason, xid), TimeSpan.FromMilliseconds(milliseconds));

    private List<MinuteReading> Read() => [.. _activity.Read().Select(minute => minute.Read(new LatencyHistogram()))];
}
