using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Telemetry;

/// <summary>Says what an operator must look at: in the log, and as a number in the metrics.</summary>
internal sealed class AlertEvents(EventLog log, ShimMetrics metrics)
{
    /// <summary>To be called when it begins, not each time it is noticed.</summary>
    public void Raise(Alert alert)
    {
        metrics.Alerted(alert);
        LogEvents.Alert(log, alert);
    }
}
