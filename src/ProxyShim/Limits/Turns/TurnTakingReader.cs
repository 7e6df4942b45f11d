using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace ProxyShim.Limits.Turns;

/// <summary>Counts what it reads, and waits for the next turn where that is a whole one.</summary>
internal sealed class TurnTakingReader(PipeReader inner, TurnMeter meter) : PipeReader
{
    private ReadOnlySequence<byte> _read;

    // What was read before and not consumed comes again.
    private long _left;

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        Count(result);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var hasToWait = meter.EndTurn();
        if (!hasToWait && inner.TryRead(out var result))
        {
            Count(result);
            return new(result);
        }

        return WaitAsync(hasToWait, cancellationToken);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _left = consumed.Equals(_read.End) ? 0 : _read.Slice(consumed).Length;
        _read = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(bool hasToWait, CancellationToken cancellationToken)
    {
        if (hasToWait)
        {
            await meter.NextTurnAsync();
        }

        var result = await inner.ReadAsync(cancellationToken);
        Count(result);
        return result;
    }

    private void Count(in ReadResult result)
    {
        _read = result.Buffer;
        meter.Add(_read.Length - _left);
        _left = 0;
    }
}
