using System.Diagnostics.CodeAnalysis;

namespace ProxyShim.Limits;

/// <summary>The places for connections. When they are taken, the connection that has longest been without a request makes room for the next.</summary>
/// <remarks>
/// As nginx does when <c>worker_connections</c> are not enough (<c>ngx_drain_connections</c>,
/// https://github.com/nginx/nginx/blob/master/src/core/ngx_connection.c), but callers whom the settings name come last, and of these the one with most
/// connections first: a crowd of others, or of one of them, closes its own connections, and no other caller's. A connection of which a request is being
/// served is left alone.
/// </remarks>
/// <param name="most">How many there are. A sixteenth more may be in the act of leaving, an eighth at the utmost.</param>
internal sealed class ConnectionPlaces(int most, TimeProvider time)
{
    /// <summary>How long one that was asked to leave may take. It may be in the middle of a head that never ends.</summary>
    public static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<ConnectionPlace> _taken = [];
    private readonly HashSet<ConnectionPlace> _leaving = [];
    private readonly Queue<(ConnectionPlace Place, long Since)> _next = new();
    private readonly int _mostAsked = Math.Max(1, most / 16);
    private readonly int _mostAtAll = most + Math.Max(4, most / 8);
    private long _displaced;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _taken.Count;
            }
        }
    }

    /// <summary>Connections that made room for another, since the start.</summary>
    public long Displaced => Interlocked.Read(ref _displaced);

    /// <summary>Takes a place.</summary>
    /// <returns>False when there is none: each of the others has a request in flight.</returns>
    public bool TryTake(ConnectionPlace place)
    {
        bool isTaken;
        ConnectionPlace? displaced = null;
        lock (_lock)
        {
            _leaving.RemoveWhere(static one => !one.IsLeaving);
            isTaken = (_taken.Count - _leaving.Count < most || (_taken.Count < _mostAtAll && TryDisplace(out displaced))) && _taken.Add(place);
        }

        displaced?.Close();
        return isTaken;
    }

    public void Leave(ConnectionPlace place)
    {
        lock (_lock)
        {
            _taken.Remove(place);
            _leaving.Remove(place);
        }
    }

    /// <summary>Closes those that were asked to leave and have not.</summary>
    public void EndWhoStays()
    {
        List<ConnectionPlace> staying;
        lock (_lock)
        {
            staying = [.. _leaving.Where(one => one.IsLeaving && time.GetElapsedTime(one.Since) > LeaveTimeout && one.TryEnd())];
        }

        staying.ForEach(static one => one.Close());
    }

    private bool TryDisplace([NotNullWhen(true)] out ConnectionPlace? displaced)
    {
        for (var isListed = false; ; isListed = true)
        {
            while (_next.TryDequeue(out var next))
            {
                displaced = next.Place;

                // Since it was listed it may have been busy, or have gone.
                if (displaced.Since == next.Since && _taken.Contains(displaced)
                    && (_leaving.Count < _mostAsked ? displaced.TryAsk(time.GetTimestamp()) : displaced.TryEnd()))
                {
                    _leaving.Add(displaced);
                    Interlocked.Increment(ref _displaced);
                    return true;
                }
            }

            if (isListed)
            {
                displaced = null;
                return false;
            }

            List();
        }
    }

    // Some at a time, so that a flood does not look through all of them at each newcomer.
    private void List()
    {
        // One may become known meanwhile, and is busy then.
        var held = _taken.Where(static one => one.KnownCaller is not null).CountBy(static one => one.KnownCaller!).ToDictionary();
        foreach (var place in _taken.Where(static one => one.IsIdle)
            .OrderByDescending(one => one.KnownCaller is { } caller ? held.GetValueOrDefault(caller) : int.MaxValue).ThenBy(static one => one.Since).Take(_mostAsked))
        {
            _next.Enqueue((place, place.Since));
        }
    }
}
