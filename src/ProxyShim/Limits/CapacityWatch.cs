using ProxyShim.Telemetry.Health;

namespace ProxyShim.Limits;

/// <summary>Says when callers are told to come again, and gives memory back once a flood is over.</summary>
/// <remarks>
/// A collection is caused by allocations (https://learn.microsoft.com/dotnet/standard/garbage-collection/fundamentals#conditions-for-a-garbage-collection): in
/// an idle process what a thousand connections, or some dozens with large bodies, have left would stay for days.
/// </remarks>
internal sealed class CapacityWatch(ConnectionGate connections, RequestLimits requests, Degradations degradations, TimeProvider time) : BackgroundService
{
    /// <summary>It is told for at least so long: a probe that looks once a minute sees it.</summary>
    public static readonly TimeSpan IsTold = TimeSpan.FromMinutes(1);

    /// <summary>Bytes of connections and bodies: fewer leave nothing behind that is worth a pause of some ten milliseconds.</summary>
    public const long Flood = 128 * Capacity.BytesOfConnection;

    /// <summary>In so many looks, one after the other, it must be over: bodies of a busy minute come and go between two looks.</summary>
    public const int CalmLooks = 3;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private long _refused;
    private long _lastRefusal;
    private long _most;
    private int _calm;

    /// <summary>One look.</summary>
    /// <returns>Whether a flood is over.</returns>
    public bool Look()
    {
        connections.EndWhoStays();
        var refused = connections.Refused + connections.Displaced + requests.Refused;
        _lastRefusal = refused > _refused ? time.GetTimestamp() : _lastRefusal;
        _refused = refused;
        degradations.Report(HealthComponent.Capacity, refused > 0 && time.GetElapsedTime(_lastRefusal) < IsTold ? "full" : null);

        var held = connections.Open * Capacity.BytesOfConnection + requests.Buffered;
        _calm = _most >= Flood && held < _most / 4 ? _calm + 1 : 0;
        var isOver = _calm >= CalmLooks;
        (_most, _calm) = isOver ? (held, 0) : (Math.Max(_most, held), _calm);
        return isOver;
    }

    /// <summary>Gives memory that nothing holds any more back to the system. The process stands still for some milliseconds.</summary>
    public static void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Look())
            {
                GiveBack();
            }
        }
    }
}
