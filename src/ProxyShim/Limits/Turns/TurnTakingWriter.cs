using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using ProxyShim.Primitives;

namespace ProxyShim.Limits.Turns;

/// <summary>Counts what it writes, and waits for the next turn where that is a whole one.</summary>
internal sealed class TurnTakingWriter(PipeWriter inner, TurnMeter meter) : PipeWriter
{
    private PipeWriter _inner = inner;

    public override bool CanGetUnflushedBytes => _inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => _inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _inner.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        meter.Add(bytes);
        _inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        meter.EndTurn() ? FlushTurnAsync(cancellationToken) : _inner.FlushAsync(cancellationToken);

    /// <summary>What is written from here on goes through another writer, before the one so far.</summary>
    public void Through(Func<PipeWriter, PipeWriter> another) => _inner = another(_inner);

    public override void CancelPendingFlush() => _inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _inner.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private async ValueTask<FlushResult> FlushTurnAsync(CancellationToken cancellationToken)
    {
        var result = await _inner.FlushAsync(cancellationToken);
        await meter.NextTurnAsync();
        return result;
    }
}
