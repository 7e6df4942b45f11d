using Microsoft.AspNetCore.Connections;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Limits;

/// <summary>Counts the legacy listener's connections, and closes what is more than it takes.</summary>
internal sealed class ConnectionGate
{
    private readonly LimitSettings _settings;
    private readonly ListenerProbe _probe;
    private int _open;
    private long _refused;

    public ConnectionGate(LimitSettings settings, ListenerProbe probe, ShimMetrics metrics)
    {
        (_settings, _probe) = (settings, probe);
        metrics.Meter.CreateObservableGauge("proxyshim.connections.open", () => Open, "{connection}", "Connections to the legacy listener.");
        metrics.Meter.CreateObservableCounter(
            "proxyshim.connections.refused", () => Refused, "{connection}", "Connections that were closed at once, since there were Limits:Connections already.");
    }

    /// <summary>Connections at the moment.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Connections that were closed at once, since the start.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Connection middleware, the outermost.</summary>
    public ConnectionDelegate Use(ConnectionDelegate next) => connection =>
        _probe.IsOurs(connection.RemoteEndPoint) ? Task.CompletedTask : ServeAsync(connection, next);

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > _settings.Connections)
            {
                Interlocked.Increment(ref _refused);
                return;
            }

            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
