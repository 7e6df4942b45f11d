using System.Buffers;
using System.IO.Pipelines;

namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>
/// Sits under Kestrel's HTTP parser and keeps the bytes it consumes, until the handler takes them: at that moment they are exactly one request's
/// head. From then until <see cref="Resume"/> it keeps nothing, so a body is not held twice. The bytes are copied when they are read, since
/// Kestrel decodes the path in place before it consumes it.
/// </summary>
internal sealed class HeadTap(PipeReader inner) : PipeReader
{
    private readonly ArrayBufferWriter<byte> _head = new();
    private readonly ArrayBufferWriter<byte> _read = new();
    private ReadOnlySequence<byte> _buffer;
    private bool _paused;

    public RawHead Take()
    {
        var head = RawHead.Parse(_head.WrittenSpan);
        _head.ResetWrittenCount();
        _paused = true;
        return head;
    }

    /// <summary>The next bytes that are consumed begin the next request. The body must have been read to its end.</summary>
    public void Resume() => _paused = false;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var result = await inner.ReadAsync(cancellationToken);
        Keep(result.Buffer);
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        Keep(result.Buffer);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_paused)
        {
            _head.Write(_read.WrittenSpan[..(int)_buffer.Slice(_buffer.Start, consumed).Length]);
        }

        _buffer = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private void Keep(ReadOnlySequence<byte> buffer)
    {
        if (_paused)
        {
            return;
        }

        _buffer = buffer;
        _read.ResetWrittenCount();
        foreach (var part in buffer)
        {
            _read.Write(part.Span);
        }
    }
}
