using System.IO.Pipelines;

namespace ProxyShim.CustomerApi;

/// <summary>A connection's output, before which another writer can be put while it is in use.</summary>
internal sealed class ReplaceableWriter(PipeWriter inner) : PipeWriter
{
    private PipeWriter _inner = inner;

    public override bool CanGetUnflushedBytes => _inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => _inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _inner.GetSpan(sizeHint);

    public override void Advance(int bytes) => _inner.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => _inner.FlushAsync(cancellationToken);

    /// <summary>What is written from here on goes through another writer, before the one so far.</summary>
    public void Through(Func<PipeWriter, PipeWriter> another) => _inner = another(_inner);

    public override void CancelPendingFlush() => _inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _inner.CompleteAsync(exception);
}
