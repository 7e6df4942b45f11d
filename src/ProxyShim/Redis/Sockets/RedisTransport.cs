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

    // When a thread last asked for it.
    private long _lastAsked;

    // Whether the timer is set: 1, else 0.
    private int _isLateSet;

    // How often a thread has asked for what is committed to be sent, since the last one who sent was done: the first of them sends for all.
    private int _asked;

    /// <param name="closed">Told once, when nothing is received any more.</param>
    public RedisTransport(Socket socket, TimeProvider time, Action<RedisTransport> closed)
    {
        (_socket, _time, _closed, _lastAsked) = (socket, time, closed, time.GetTimestamp() - time.TimestampFrequency);
        _late = time.CreateTimer(static transport => ((RedisTransport)transport!).OnLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether there is something to receive.</summary>
    public bool HasUnread
    {
        get
        {
            try
            {
                return _socket.Available > 0;
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
            Send();
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
        _socket.Dispose();
        return ValueTask.CompletedTask;
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
