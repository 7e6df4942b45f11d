using Microsoft.AspNetCore.Connections;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Limits;

/// <summary>Counts the connections of the legacy and of the capture listener, and closes what is more than they take.</summary>
internal sealed class ConnectionGate
{
    // Of all places: a crowd of browsers, or whoever has many addresses, shall keep no legacy app out.
    private const int ShareOfVisitors = 4;

    private readonly LimitSettings _settings;
    private readonly ListenerProbe _probe;
    private int _open;
    private int _visitors;
    private long _refused;

    public ConnectionGate(LimitSettings settings, ListenerProbe probe, ShimMetrics metrics)
    {
        (_settings, _probe) = (settings, probe);
        metrics.Meter.CreateObservableGauge("proxyshim.connections.open", () => Open, "{connection}", "Connections to the legacy and to the capture listener.");
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

    /// <summary>Connection middleware of the capture listener, the outermost: a quarter of the connections at most are its.</summary>
    public ConnectionDelegate UseForVisitors(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _visitors) > Math.Max(1, _settings.Connections / ShareOfVisitors))
            {
                Interlocked.Increment(ref _refused);
                return;
            }

            await ServeAsync(connection, next);
        }
        finally
        {
            Interlocked.Decrement(ref _visitors);
        }
    };

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
