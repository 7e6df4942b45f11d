namespace ProxyShim.Conversions;

/// <summary>A body that knows whether anybody has begun to send it.</summary>
internal sealed class OutgoingBody : Stream
{
    private ReadOnlyMemory<byte> _rest;

    public bool WasRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A new content, of which nobody has seen anything yet.</summary>
    public void Begin(ReadOnlyMemory<byte> content) => (_rest, WasRead) = (content, false);

    public override int Read(Span<byte> buffer)
    {
        WasRead = true;
        var chunk = _rest.Span[..Math.Min(_rest.Length, buffer.Length)];
        chunk.CopyTo(buffer);
        _rest = _rest[chunk.Length..];
        return chunk.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
