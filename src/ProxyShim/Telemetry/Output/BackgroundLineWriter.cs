using System.Threading;
using Serilog.Events;

namespace ProxyShim.Telemetry.Output;

/// <summary>Writes lines from a thread of its own, so that a reader who does not read makes no other thread wait.</summary>
/// <remarks>
/// Lines are gathered in memory up to a bound; beyond it, and where the output fails, they are dropped and counted, and a <c>LogEventsDropped</c> event says so as
/// soon as the output takes bytes again. A line may be written up to <see cref="Linger"/> after its event, so that a busy shim makes one system call for many.
/// Not Serilog.Sinks.Async (https://github.com/serilog/serilog-sinks-async): its queue is bounded in events, not bytes, wakes its thread for each, keeps every
/// event alive until then, and its disposal
/// waits for the reader without end.
/// </remarks>
internal sealed class BackgroundLineWriter : ILineOutput, IDisposable
{
    /// <summary>Memory that waits for a reader at most: some seven thousand requests.</summary>
    public const int DefaultCapacity = 4 * 1024 * 1024;

    /// <summary>How long the first line of a batch waits for more.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the end of the program waits for the last lines to be taken.</summary>
    public static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);

    private const int InitialBufferBytes = 128 * 1024;

    // A batch of this size is written at once: a busy shim's buffers never grow.
    private const int FlushThresholdBytes = InitialBufferBytes / 2;

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly IByteOutput _output;
    private readonly TimeProvider _time;
    private readonly int _capacity;
    private readonly Thread _thread;
    private byte[] _filling = new byte[InitialBufferBytes];
    private byte[] _spare = new byte[InitialBufferBytes];
    private int _length;
    private bool _stopping;
    private long _dropped;
    private long _reported;
    private bool _torn;
    private DateTimeOffset _droppingSince;

    public BackgroundLineWriter(IByteOutput output, TimeProvider time, int capacity = DefaultCapacity)
    {
        _output = output;
        _time = time;
        _capacity = capacity;

        // A thread that is stuck in a write must not keep the process alive.
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Lines lost so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Whether lines were lost since the output last took any.</summary>
    public bool IsLosing => Interlocked.Read(ref _dropped) > Interlocked.Read(ref _reported);

    public void Write(ReadOnlySpan<byte> line)
    {
        bool wake;
        lock (_gate)
        {
            if (_stopping || _length + line.Length > _capacity)
            {
                Drop(1);
                return;
            }

            if (_length + line.Length > _filling.Length)
            {
                Array.Resize(ref _filling, Math.Min(_capacity, Math.Max(_filling.Length * 2, _length + line.Length)));
            }

            var before = _length;
            line.CopyTo(_filling.AsSpan(before));
            _length += line.Length;
            wake = before == 0 || (before < FlushThresholdBytes && _length >= FlushThresholdBytes);
        }

        if (wake)
        {
            _wake.Set();
        }
    }

    /// <summary>Writes what is left, for as long as <see cref="FlushLimit"/>, and takes no more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
        }

        _wake.Set();
        _thread.Join(FlushLimit);
    }

    private void Run()
    {
        bool stopping;
        do
        {
            _wake.WaitOne();
            stopping = Volatile.Read(ref _stopping) || (_wake.WaitOne(Linger) && Volatile.Read(ref _stopping));
            if (Take(out var batch))
            {
                WriteOut(batch);
            }
        }
        while (!stopping);
    }

    private bool Take(out ReadOnlyMemory<byte> batch)
    {
        lock (_gate)
        {
            batch = _filling.AsMemory(0, _length);

            // A buffer that grew for a reader's long pause is not kept.
            (_filling, _spare) = (_spare.Length > InitialBufferBytes ? new byte[InitialBufferBytes] : _spare, _filling);
            _length = 0;
        }

        return batch.Length > 0;
    }

    private void WriteOut(ReadOnlyMemory<byte> batch)
    {
        var lost = Put(batch.Span);
        if (lost == 0)
        {
            ReportDropped();
            return;
        }

        // There is nowhere else to say so; the counter does.
        lock (_gate)
        {
            Drop(lost);
        }
    }

    private void ReportDropped()
    {
        long total;
        DateTimeOffset since;
        lock (_gate)
        {
            (total, since) = (_dropped, _droppingSince);
        }

        if (total > _reported && Put(LogEvents.LogEventsDropped(_time.GetUtcNow(), total - _reported, total, since).Bytes) == 0)
        {
            Interlocked.Exchange(ref _reported, total);
        }
    }

    /// <returns>How many of the lines did not get out whole.</returns>
    private int Put(ReadOnlySpan<byte> lines)
    {
        // What a full disk has cut short must not have the next line at its end.
        if (_torn && _output.Write("\n"u8) == 0)
        {
            return lines.Count((byte)'\n');
        }

        var taken = _output.Write(lines);
        _torn = taken > 0 && lines[taken - 1] != (byte)'\n';
        return lines[taken..].Count((byte)'\n');
    }

    private void Drop(int lines)
    {
        if (_dropped == Volatile.Read(ref _reported))
        {
            _droppingSince = _time.GetUtcNow();
        }

        _dropped += lines;
    }
}
