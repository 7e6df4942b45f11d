namespace ProxyShim.Limits.Turns;

/// <summary>Whose turn it is among the connections that move much at once: one moves <see cref="Bytes"/>, then it waits until the others have had theirs.</summary>
/// <remarks>
/// Code goes on where its bytes arrived, on one of a few threads that all sockets share. A copy whose reads and writes all complete at once never leaves its
/// thread, and whoever shares it waits for seconds. Resting for a tick ends that: meanwhile the socket's buffers run full or empty, and what drives them has to
/// wait for the socket itself, which frees the thread. A hand-over to the thread pool alone does not: the loop that receives goes on for as long as the pool
/// keeps up with it.
/// </remarks>
internal sealed class BulkTurns : IDisposable
{
    /// <summary>Bytes of a turn: half a millisecond's work. A conversion of a dozen hops meets one or two of them.</summary>
    public const int Bytes = 256 * 1024;

    /// <summary>The shortest wait that a timer keeps. With one turn a tick, all transfers together move 250 MB/s and take a third of a core.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    // On a larger machine the rest of the cores is everybody else's.
    private static readonly int s_atOnce = Math.Max(1, Environment.ProcessorCount / 4);

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly ITimer _timer;
    private bool _ticks;

    public BulkTurns(TimeProvider time) =>
        _timer = time.CreateTimer(static turns => ((BulkTurns)turns!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Completes when it is the caller's turn again, in the order in which it was asked for, and goes on on the thread pool.</summary>
    public Task NextAsync()
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Enqueue(turn);
            if (!_ticks)
            {
                _ticks = true;
                _timer.Change(Tick, Tick);
            }
        }

        return turn.Task;
    }

    public void Dispose() => _timer.Dispose();

    private void OnTick()
    {
        lock (_gate)
        {
            for (var begun = 0; begun < s_atOnce && _waiting.TryDequeue(out var turn); begun++)
            {
                turn.SetResult();
            }

            if (_waiting.Count == 0)
            {
                _ticks = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
