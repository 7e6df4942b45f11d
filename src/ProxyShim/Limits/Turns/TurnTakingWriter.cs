using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using ProxyShim.Primitives;

namespace ProxyShim.Limits.Turns;

/// <summary>Counts what it writes, and waits for the next turn where that is a whole one.</summary>
internal sealed class TurnTakingWriter(PipeWriter inner, TurnMeter meter) : PipeWriter
{
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        meter.Add(bytes);
        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        meter.EndTurn() ? FlushTurnAsync(cancellationToken) : inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private async ValueTask<FlushResult> FlushTurnAsync(CancellationToken cancellationToken)
    {
        var result = await inner.FlushAsync(cancellationToken);
        await meter.NextTurnAsync();
        return result;
    }
}
