using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Capture;

/// <summary>Says when clicks are reported and do not get in as they should, because of how the shim is set up.</summary>
internal sealed class CaptureWatch(ClickRefusals refusals, Degradations degradations, TimeProvider time) : BackgroundService
{
    /// <summary>It is told for at least so long: a probe that looks once a minute sees it.</summary>
    public static readonly TimeSpan IsTold = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private long? _hiddenAt;

    /// <summary>A proxy that is not trusted stood between a visitor and the listener.</summary>
    public void SawHidden() => _hiddenAt = time.GetTimestamp();

    /// <summary>One look.</summary>
    public void Look() => degradations.Report(
        HealthComponent.Capture,
        refusals.IsRecent(ClickResult.NoKey, IsTold) ? "no_key"
        : refusals.IsRecent(ClickResult.Origin, IsTold) ? "origin"
        : _hiddenAt is { } at && time.GetElapsedTime(at) < IsTold ? "untrusted_proxy"
        : null);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }
}
