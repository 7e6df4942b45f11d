using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ProxyShim.Limits;

/// <summary>One connection: how many requests of it are being served (in HTTP/1 one at most), and since when none is.</summary>
/// <param name="since">Time stamp of the moment at which it was opened.</param>
internal sealed class ConnectionPlace(ConnectionContext connection, long since)
{
    // From Idle up it is the number of requests.
    private const int Gone = -2, Leaving = -1, Idle = 0;

    private long _since = since;
    private int _state = Idle;

    /// <summary>Time stamp since when nothing of it has been let in: it was opened, a request was answered, or it was asked to leave.</summary>
    public long Since => Volatile.Read(ref _since);

    public bool IsIdle => Volatile.Read(ref _state) == Idle;

    /// <summary>Whether it is about to end.</summary>
    public bool IsLeaving => Volatile.Read(ref _state) is Leaving or Gone;

    /// <summary>The name of the caller with a key pair of the settings who was let in on it; null before there is one.</summary>
    public string? KnownCaller { get; set; }

    /// <summary>The connection of a request.</summary>
    public static ConnectionPlace? Of(HttpContext context) => context.Features.Get<ConnectionPlace>();

    /// <summary>A request of it has been let in. One that comes while it was asked to leave is served, and is its last.</summary>
    /// <returns>False when it has been closed.</returns>
    public bool TryBegin()
    {
        for (var seen = Volatile.Read(ref _state); seen != Gone; seen = Volatile.Read(ref _state))
        {
            if (TryChange(seen, Math.Max(seen, Idle) + 1))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A request that had begun has been answered.</summary>
    public void End(long now)
    {
        Volatile.Write(ref _since, now);
        Interlocked.Decrement(ref _state);
    }

    /// <summary>Decides that it is to leave; <see cref="Close"/> tells it.</summary>
    /// <returns>False when a request has come.</returns>
    public bool TryAsk(long now)
    {
        if (!TryChange(Idle, Leaving))
        {
            return false;
        }

        Volatile.Write(ref _since, now);
        return true;
    }

    /// <summary>Decides that it ends now, whatever it is in the middle of but a request that was let in; <see cref="Close"/> tells it.</summary>
    /// <returns>False when a request has come.</returns>
    public bool TryEnd() => TryChange(Idle, Gone) || TryChange(Leaving, Gone);

    /// <summary>Closes it, or asks it to leave as Kestrel does when the process ends
    /// (https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.connections.features.iconnectionlifetimenotificationfeature): what has been answered still
    /// goes out, and what
    /// is begun is served.</summary>
    public void Close()
    {
        if (Volatile.Read(ref _state) != Gone && connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } feature)
        {
            feature.RequestClose();
        }
        else
        {
            connection.Abort(new ConnectionAbortedException("Another connection needed the place."));
        }
    }

    private bool TryChange(int from, int to) => Interlocked.CompareExchange(ref _state, to, from) == from;
}
