using System.Buffers;

namespace ProxyShim.Management.Reporting;

/// <summary>Splits a stream into lines in one pooled buffer.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    // Longer than any line of the log; a longer one is cut there and will not parse.
    private const int BufferBytes = 256 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Bytes consumed so far.</summary>
    public long Position { get; private set; }

    /// <summary>The next line without its line feed; false at the end. Valid until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var feed = rest.IndexOf((byte)'\n');
            if (feed >= 0 || _ended || rest.Length == _buffer.Length)
            {
                line = feed >= 0 ? rest[..feed] : rest;
                var consumed = feed >= 0 ? feed + 1 : rest.Length;
                _start += consumed;
                Position += consumed;
                return consumed > 0;
            }

            Fill();
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref _buffer, []));

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var read = stream.Read(_buffer.AsSpan(_end));
        _end += read;
        _ended = read == 0;
    }
}
