using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using RESPite.Transports;

namespace ProxyShim.Redis.Sockets;

/// <summary>One connection's bytes, sent by the thread that gives a command and received on the socket's thread.</summary>
/// <remarks>
/// StackExchange.Redis's own way hands each command to a loop on the thread pool, and each reply back to the thread pool: at the usual load of a sidecar that
/// wakes two threads a command, which costs more than the command (measured: tests/ProxyShim.Benchmarks/report.md).
/// </remarks>
internal sealed class RedisTransport : DuplexTransport
{
    /// <summary>Commands whose replies no caller waits for leave with the next ones, and at the latest after this: half of the least that a round trip may take.</summary>
    public static readonly TimeSpan LongestWait = RedisBudget.MinRoundTrip / 2;

    // Where the last commands left so lately, the next ones are near. Else nothing is held back: a timer costs more than a send.
    private static readonly TimeSpan s_near = TimeSpan.FromMilliseconds(1);

    // So many sends within as much: then a turn of the socket's thread nearly always brings several requests, and ringing costs less than the sends that it spares.
    private const int BusySends = 12;

    // Enough for dozens of replies; what is longer takes another turn.
    private const int ReceiveBytes = 16 * 1024;

    // Enough for the commands of dozens of conversions; each segment is a send of its own.
    private const int SegmentBytes = 32 * 1024;

    // Never full: how many commands may wait is for the gate in front of it to say.
    private readonly Pipe _outgoing = new(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: SegmentBytes, useSynchronizationContext: false));

    // A command comes in a dozen pieces or more, each of which would take the pipe's lock.
    private ArrayBufferWriter<byte> _unflushed = new(SegmentBytes);

    private readonly byte[] _incoming = GC.AllocateUninitializedArray<byte>(ReceiveBytes);

    private readonly Socket _socket;
    private readonly Action<RedisTransport> _closed;
    private readonly TimeProvider _time;
    private readonly ITimer _late;

    // Null where there are several such threads: then it would be heard by any of them.
    private readonly TurnBell? _bell;

    // When a thread last asked for it.
    private long _lastAsked;

    // Since when sends are counted, how many they are, and whether they were many in the time before. Threads that count at once may lose one: it is a pace, and no sum.
    private long _countedSince;
    private int _sends;
    private bool _isBusy;

    // Whether the timer is set: 1, else 0.
    private int _isLateSet;

    // How often a thread has asked for what is committed to be sent, since the last one who sent was done: the first of them sends for all.
    private int _asked;

    /// <param name="hasOneThread">Whether all sockets are served by one thread.</param>
    /// <param name="closed">Told once, when nothing is received any more.</param>
    public RedisTransport(Socket socket, TimeProvider time, bool hasOneThread, Action<RedisTransport> closed)
    {
        (_socket, _time, _closed, _lastAsked) = (socket, time, closed, time.GetTimestamp() - time.TimestampFrequency);
        _late = time.CreateTimer(static transport => ((RedisTransport)transport!).OnLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _bell = hasOneThread ? TurnBell.TryCreate(Send) : null;
    }

    /// <summary>Whether our own threads are behind: a reply has not been received, or a command has not been sent.</summary>
    public bool IsBehind
    {
        get
        {
            try
            {
                return _bell is { IsRung: true } || _socket.Available > 0;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _unflushed.GetMemory(sizeHint);

    public override void Advance(int count) => _unflushed.Advance(count);

    /// <summary>Sends what was written, at once or at the end of this thread's turn. StackExchange.Redis lets in one writer at a time.</summary>
    /// <returns>Whether it is on its way: a fault is told to the receiver.</returns>
    public override bool Flush()
    {
        // Completed when it returns: nothing here is ever full.
        _ = CommitAsync();
        if (!ReplyBatch.TryDefer(this))
        {
            SendWithTurn();
        }

        return true;
    }

    /// <summary>Sends what has been flushed.</summary>
    public void Send()
    {
        Volatile.Write(ref _lastAsked, _time.GetTimestamp());
        if (Interlocked.Increment(ref _asked) == 1)
        {
            _ = SendAsync();
        }
    }

    /// <summary>Sends what has been flushed; on a busy connection together with what the socket's thread comes to in the same turn, which spares a send for each.</summary>
    public void SendWithTurn()
    {
        if (!NoteSend() || _bell?.TryRing() != true)
        {
            Send();
        }
    }

    /// <summary>Sends what has been flushed; on a busy connection together with the next command, which spares a send, and Redis a waking.</summary>
    public void SendWithNext()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lastAsked)) > s_near)
        {
            Send();
        }
        else if (Interlocked.Exchange(ref _isLateSet, 1) == 0)
        {
            _late.Change(LongestWait, Timeout.InfiniteTimeSpan);
        }
    }

    public override void Start(TransportReceiver receiver) => _ = ReceiveAsync(receiver);

    public override ValueTask DisposeAsync()
    {
        // The thread that sends or receives learns it from the socket.
        _late.Dispose();
        _bell?.Dispose();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    // True on a busy connection.
    private bool NoteSend()
    {
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(_countedSince, now) > s_near)
        {
            (_isBusy, _sends, _countedSince) = (_sends > BusySends, 0, now);
        }

        _sends++;
        return _isBusy;
    }

    private void OnLate()
    {
        // First: what is flushed while this sends needs the timer again.
        Volatile.Write(ref _isLateSet, 0);
        Send();
    }

    private async Task CommitAsync()
    {
        _outgoing.Writer.Write(_unflushed.WrittenSpan);
        if (_unflushed.Capacity > SegmentBytes)
        {
            // One large value is no reason to keep as much for ever.
            _unflushed = new(SegmentBytes);
        }

        _unflushed.ResetWrittenCount();
        await _outgoing.Writer.FlushAsync().ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        try
        {
            int seen;
            do
            {
                seen = Volatile.Read(ref _asked);
                while (_outgoing.Reader.TryRead(out var result) && !result.Buffer.IsEmpty)
                {
                    foreach (var part in result.Buffer)
                    {
                        // To its end: a socket in stream mode sends all that it is given.
                        await _socket.SendAsync(part, SocketFlags.None, CancellationToken.None).ConfigureAwait(false);
                    }

                    _outgoing.Reader.AdvanceTo(result.Buffer.End);
                }
            }
            while (Interlocked.Add(ref _asked, -seen) > 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Nothing more is sent, since the count stays above zero; the receiver tells why.
            _socket.Dispose();
        }
    }

    private async Task ReceiveAsync(TransportReceiver receiver)
    {
        Exception? fault = null;
        try
        {
            int length;
            do
            {
                length = await _socket.ReceiveAsync(_incoming.AsMemory(), SocketFlags.None, CancellationToken.None).ConfigureAwait(false);
            }
            while (length > 0 && ReplyBatch.Receive(receiver, _incoming.AsSpan(0, length)));
        }
        catch (SocketException exception) when (exception.SocketErrorCode != SocketError.OperationAborted)
        {
            fault = exception;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // We have closed it ourselves.
        }

        _socket.Dispose();
        _closed(this);
        receiver.OnClosed(fault);
    }
}
