using Microsoft.Extensions.Time.Testing;
using ProxyShim.Capture;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Capture;

public class ClickRefusalsTests
{
    [Fact]
    public void A_flood_is_one_event_a_minute_and_kind_and_none_is_left_uncounted()
    {
        var time = new FakeTimeProvider();
        var log = new CapturedLog(time);
        using var metrics = new ShimMetrics();
        var refusals = new ClickRefusals(log.Events, metrics, time);

        for (var i = 0; i < 1000; i++)
        {
            refusals.Add(ClickWay.Page, ClickResult.NoXid);
        }

        refusals.Add(ClickWay.Page, ClickResult.Origin);
        time.Advance(ClickRefusals.Pause);
        refusals.Add(ClickWay.Page, ClickResult.NoXid);

        Assert.Equal(
            [("no_xid", 1), ("origin", 1), ("no_xid", 1000)],
            log.Entries.Select(entry => (entry.GetProperty("Reason").GetString(), entry.GetProperty("Count").GetInt32())));
    }
}
