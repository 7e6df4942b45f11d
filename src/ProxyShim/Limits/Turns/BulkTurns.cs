namespace ProxyShim.Limits.Turns;

/// <summary>Whose turn it is among the connections that move much at once: one moves <see cref="Bytes"/>, then all rest, then it is the next one's turn.</summary>
/// <remarks>
/// Code goes on where its bytes arrived, on one of a few threads that all sockets share. A copy whose reads and writes all complete at once never leaves its
/// thread, and every connection that shares it waits for as long as the copy lasts. A turn's end stops the copy, and the connection's transport stops receiving as soon as its
/// buffer is full; so that buffer has to be small beside a turn (<see cref="Hosting.ShimHost"/>), or the next turn empties it before it ever was full, and the
/// thread is not free in between.
/// </remarks>
internal sealed class BulkTurns : IDisposable
{
    /// <summary>Bytes of a turn: half a millisecond's work. A conversion of a dozen hops meets one or two of them.</summary>
    public const int Bytes = 128 * 1024;

    /// <summary>The shortest rest: what a timer keeps. With one turn a tick, all transfers together move 130 MB/s.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>How much longer all rest than a turn took: bulk has a quarter of a processor, whatever it costs on this machine.</summary>
    private const int Rest = 3;

    // On a larger machine the rest of the cores is everybody else's.
    private static readonly int s_atOnce = Math.Max(1, Environment.ProcessorCount / 4);

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _ticks;

    public BulkTurns(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static turns => ((BulkTurns)turns!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>For one direction of a connection.</summary>
    public TurnMeter NewMeter() => new(this, _time);

    /// <summary>Completes when it is the caller's turn again, in the order in which it was asked for, and goes on on the thread that gives the turns, which sees how long it takes.</summary>
    public Task NextAsync()
    {
        var turn = new TaskCompletionSource();
        lock (_gate)
        {
            _waiting.Enqueue(turn);
            if (!_ticks)
            {
                _ticks = true;
                _timer.Change(Tick, Timeout.InfiniteTimeSpan);
            }
        }

        return turn.Task;
    }

    public void Dispose() => _timer.Dispose();

    private void OnTick()
    {
        var start = _time.GetTimestamp();
        for (var begun = 0; begun < s_atOnce && TryTake() is { } turn; begun++)
        {
            turn.SetResult();
        }

        var rest = _time.GetElapsedTime(start) * Rest / s_atOnce;
        lock (_gate)
        {
            _ticks = _waiting.Count > 0;
            if (_ticks)
            {
                _timer.Change(rest > Tick ? rest : Tick, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private TaskCompletionSource? TryTake()
    {
        lock (_gate)
        {
            return _waiting.TryDequeue(out var turn) ? turn : null;
        }
    }
}
