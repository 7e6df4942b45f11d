using RESPite.Transports;

namespace ProxyShim.Redis.Sockets;

/// <summary>
/// What one thread has to do with Redis before it does anything else: commands that are given in a turn leave together at its end, and what waited for the
/// replies that came in goes on, on this thread, once they have all been read.
/// </summary>
/// <remarks>
/// Not before: then nothing of StackExchange.Redis is on the stack, and none of its locks is held. So code that goes on here may give commands, as it may
/// anywhere; like all code on a socket's thread it must not block.
/// </remarks>
internal sealed class ReplyBatch
{
    [ThreadStatic]
    private static ReplyBatch? t_current;

    // A thread uses its turn again.
    [ThreadStatic]
    private static ReplyBatch? t_kept;

    private readonly List<RedisTransport> _unsent = [];
    private readonly List<(SendOrPostCallback Callback, object? State)> _continuations = [];
    private bool _receives;
    private bool _isAwaited;

    /// <summary>Begins a turn, unless one is under way: then what is given belongs to that.</summary>
    /// <param name="isAwaited">False where no caller waits for the replies: the commands may leave with those of a later turn.</param>
    public static Scope Enter(bool isAwaited = true)
    {
        if (t_current is not null)
        {
            return default;
        }

        t_current = Take();
        t_current._isAwaited = isAwaited;
        return new Scope(t_current);
    }

    /// <summary>Leaves the sending to the end of this thread's turn. False when it has none.</summary>
    public static bool TryDefer(RedisTransport transport)
    {
        if (t_current is not { } turn)
        {
            return false;
        }

        if (!turn._unsent.Contains(transport))
        {
            turn._unsent.Add(transport);
        }

        return true;
    }

    /// <summary>Goes on once the replies have been read. False when this thread is not reading any.</summary>
    public static bool TryEnqueueContinuation(SendOrPostCallback callback, object? state)
    {
        if (t_current is not { _receives: true } turn)
        {
            return false;
        }

        turn._continuations.Add((callback, state));
        return true;
    }

    /// <summary>Hands over what came in, and does what waited for it.</summary>
    /// <returns>Whether more is wanted.</returns>
    public static bool Receive(TransportReceiver receiver, ReadOnlySpan<byte> payload)
    {
        // A connection may be made, and answer, within another one's turn.
        var outer = t_current;
        var turn = t_current = Take();
        turn._receives = true;
        try
        {
            var goesOn = receiver.OnReceived(payload);
            receiver.OnBatchEnd();
            turn.GoOn();
            return goesOn;
        }
        finally
        {
            turn.End(outer);
        }
    }

    private static ReplyBatch Take()
    {
        var turn = t_kept ?? new ReplyBatch();
        t_kept = null;
        return turn;
    }

    private void GoOn()
    {
        // The first continuation runs inline; on several processors the others go to the thread pool, so that they need not wait for it.
        if (Environment.ProcessorCount > 1)
        {
            for (var i = 1; i < _continuations.Count; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static next => next.Callback(next.State), _continuations[i], preferLocal: false);
            }

            if (_continuations.Count > 1)
            {
                _continuations.RemoveRange(1, _continuations.Count - 1);
            }
        }

        // It grows while it goes on.
        for (var i = 0; i < _continuations.Count; i++)
        {
            var (callback, state) = _continuations[i];
            callback(state);
        }
    }

    private void End(ReplyBatch? outer)
    {
        t_current = outer;
        foreach (var transport in _unsent)
        {
            if (_receives)
            {
                // A turn of the socket's thread in itself.
                transport.Send();
            }
            else if (_isAwaited)
            {
                transport.SendWithTurn();
            }
            else
            {
                transport.SendWithNext();
            }
        }

        _unsent.Clear();
        _continuations.Clear();
        _receives = false;
        t_kept = this;
    }

    /// <summary>Ends the turn that it began.</summary>
    public readonly ref struct Scope(ReplyBatch turn)
    {
        public void Dispose() => turn?.End(null);
    }
}
