using System.Numerics;
using Serilog.Events;

namespace ProxyShim.Telemetry.Output;

/// <summary>The last events of the log, word for word, for the console. Memory is bounded, and used again: a line costs one copy.</summary>
internal sealed class RecentLines
{
    /// <summary>How many of what is usual are kept, and how many of what needs a look. They are kept apart: a flood of requests washes no dead letter away.</summary>
    public const int Capacity = 64, WarningCapacity = 32;

    /// <summary>In bytes. No event of ours comes near it; a line that did would not be kept.</summary>
    public const int LongestLine = 8192;

    // A request's line is some 600 bytes long: its slot need not grow.
    private const int InitialBufferBytes = 1024;

    private readonly Lock _gate = new();
    private readonly Slot[] _usual = new Slot[Capacity];
    private readonly Slot[] _trouble = new Slot[WarningCapacity];
    private long _usualWritten;
    private long _troubleWritten;

    public void Write(LogEventLevel level, ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd((byte)'\n');
        if (line.Length > LongestLine)
        {
            return;
        }

        lock (_gate)
        {
            var number = _usualWritten + _troubleWritten;
            ref var slot = ref level >= LogEventLevel.Warning ? ref _trouble[_troubleWritten++ % WarningCapacity] : ref _usual[_usualWritten++ % Capacity];
            slot.Keep(number, line);
        }
    }

    /// <summary>Copies of the lines, newest first, without their line feeds.</summary>
    public IReadOnlyList<byte[]> Read()
    {
        List<(long Number, byte[] Line)> lines;
        lock (_gate)
        {
            lines = [.. _usual.Concat(_trouble).Where(slot => slot.Bytes is not null).Select(slot => (slot.Number, slot.Line.ToArray()))];
        }

        return [.. lines.OrderByDescending(line => line.Number).Select(line => line.Line)];
    }

    private struct Slot
    {
        private int _length;

        public byte[]? Bytes { get; private set; }

        public long Number { get; private set; }

        public readonly ReadOnlySpan<byte> Line => Bytes.AsSpan(0, _length);

        public void Keep(long number, ReadOnlySpan<byte> line)
        {
            if (Bytes is null || Bytes.Length < line.Length)
            {
                Bytes = new byte[Math.Max(InitialBufferBytes, BitOperations.RoundUpToPowerOf2((uint)line.Length))];
            }

            line.CopyTo(Bytes);
            _length = line.Length;
            Number = number;
        }
    }
}
