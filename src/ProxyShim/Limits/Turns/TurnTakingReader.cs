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
        if (meter.EndTurn())
        {
            return NextTurnAsync(cancellationToken);
        }

        var reading = inner.ReadAsync(cancellationToken);
        return reading.IsCompletedSuccessfully ? new(Count(reading.Result)) : CountAsync(reading);
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
    private async ValueTask<ReadResult> NextTurnAsync(CancellationToken cancellationToken)
    {
        await meter.NextTurnAsync();
        return Count(await inner.ReadAsync(cancellationToken));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> CountAsync(ValueTask<ReadResult> reading) => Count(await reading);

    private ReadResult Count(ReadResult result)
    {
        _read = result.Buffer;
        meter.Add(_read.Length - _left);
        _left = 0;
        return result;
    }
}
