using Microsoft.AspNetCore.Connections;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Limits;

/// <summary>Counts the connections of the legacy and of the capture listener, and finds a place for the next, or closes it at once where there is none.</summary>
internal sealed class ConnectionGate
{
    // Of all places: a crowd of browsers, or a client with many addresses, shall keep no legacy app out.
    private const int ShareOfVisitors = 4;

    private readonly ListenerProbe _probe;
    private readonly TimeProvider _time;
    private readonly ConnectionPlaces _all;
    private readonly ConnectionPlaces _visitors;
    private long _refused;

    public ConnectionGate(LimitSettings settings, ListenerProbe probe, ShimMetrics metrics, TimeProvider time)
    {
        (_probe, _time) = (probe, time);
        _all = new(settings.Connections, time);
        _visitors = new(Math.Max(1, settings.Connections / ShareOfVisitors), time);
        var meter = metrics.Meter;
        meter.CreateObservableGauge("proxyshim.connections.open", () => Open, "{connection}", "Connections to the legacy and to the capture listener.");
        meter.CreateObservableCounter(
            "proxyshim.connections.displaced", () => Displaced, "{connection}",
            "Connections without a request in flight that were closed for another, since there were Limits:Connections already.");
        meter.CreateObservableCounter(
            "proxyshim.connections.refused", () => Refused, "{connection}",
            "Connections that were closed at once, since there were Limits:Connections already, and each of them had a request in flight.");
    }

    /// <summary>Connections at the moment.</summary>
    public int Open => _all.Count;

    /// <summary>Connections that were closed for another, since the start.</summary>
    public long Displaced => _all.Displaced + _visitors.Displaced;

    /// <summary>Connections that were closed at once, since the start.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Connection middleware, the outermost.</summary>
    public ConnectionDelegate Use(ConnectionDelegate next) => connection =>
        _probe.IsOurs(connection.RemoteEndPoint) ? Task.CompletedTask : ServeAsync(connection, next, isVisitor: false);

    /// <summary>Connection middleware of the capture listener, the outermost: a quarter of the connections at most are its.</summary>
    public ConnectionDelegate UseForVisitors(ConnectionDelegate next) => connection => ServeAsync(connection, next, isVisitor: true);

    /// <summary>Middleware of the capture listener: none of its requests is cut off for another's connection.</summary>
    public async Task ServeVisitorAsync(HttpContext context, RequestDelegate next)
    {
        var place = ConnectionPlace.Of(context);
        if (place?.TryBegin() == false)
        {
            context.Abort();
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            place?.End(_time.GetTimestamp());
        }
    }

    /// <summary>Closes connections that were asked to make room and have not.</summary>
    public void EndWhoStays()
    {
        _visitors.EndWhoStays();
        _all.EndWhoStays();
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, bool isVisitor)
    {
        var place = new ConnectionPlace(connection, _time.GetTimestamp());
        try
        {
            if ((isVisitor && !_visitors.TryTake(place)) || !_all.TryTake(place))
            {
                Interlocked.Increment(ref _refused);
                return;
            }

            connection.Features.Set(place);
            await next(connection);
        }
        finally
        {
            _all.Leave(place);
            _visitors.Leave(place);
        }
    }
}
