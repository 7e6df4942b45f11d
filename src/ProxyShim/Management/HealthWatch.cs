using ProxyShim.Background;
using ProxyShim.Conversions;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Output;

namespace ProxyShim.Management;

/// <summary>Looks, once a second, at the parts that do not report themselves.</summary>
internal sealed class HealthWatch(
    Degradations degradations, ConversionPipeline conversionApi, LedgerSnapshot ledger, BackgroundLineWriter lines, TimeProvider time) : BackgroundService
{
    /// <summary>A due job is taken within seconds by any replica that is well.</summary>
    public static readonly TimeSpan Overdue = TimeSpan.FromMinutes(2);

    /// <summary>A loss is told for at least so long: a probe that looks once a minute sees it.</summary>
    public static readonly TimeSpan LossIsTold = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private long _dropped;
    private long _lastDrop;

    /// <summary>One look.</summary>
    public void Look()
    {
        degradations.Report(HealthComponent.ConversionApi, conversionApi.IsFailing ? "failing" : null, conversionApi.IsFailing ? conversionApi.LastFailure : null);
        degradations.Report(HealthComponent.Queue, ledger.Depths?.OldestDueAge > Overdue ? "overdue" : null);

        degradations.Report(HealthComponent.Log, IsLogLosing() ? "events_dropped" : null);
    }

    private bool IsLogLosing()
    {
        if (lines.Dropped > _dropped)
        {
            (_dropped, _lastDrop) = (lines.Dropped, time.GetTimestamp());
        }

        return lines.IsLosing || (_dropped > 0 && time.GetElapsedTime(_lastDrop) < LossIsTold);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }
}
