using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using ProxyShim.Primitives;

namespace ProxyShim.Limits.Turns;

/// <summary>Counts what it reads, and waits for the next turn where that is a whole one.</summary>
/// <remarks>Of a reader one read at a time is under way, so all those that wait for bytes share one source: as an asynchronous method each would take 240 bytes.</remarks>
internal sealed class TurnTakingReader : PipeReader, IValueTaskSource<ReadResult>
{
    private readonly PipeReader _inner;
    private readonly TurnMeter _meter;
    private readonly Action _onRead;
    private ManualResetValueTaskSourceCore<ReadResult> _counted;
    private ValueTaskAwaiter<ReadResult> _reading;
    private ReadOnlySequence<byte> _read;

    // What was read before and not consumed comes again.
    private long _left;

    public TurnTakingReader(PipeReader inner, TurnMeter meter) => (_inner, _meter, _onRead) = (inner, meter, OnRead);

    public override bool TryRead(out ReadResult result)
    {
        if (!_inner.TryRead(out result))
        {
            return false;
        }

        Count(result);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_meter.EndTurn())
        {
            return NextTurnAsync(cancellationToken);
        }

        var reading = _inner.ReadAsync(cancellationToken);
        return reading.IsCompletedSuccessfully ? new(Count(reading.Result)) : CountLater(reading);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _left = consumed.Equals(_read.End) ? 0 : _read.Slice(consumed).Length;
        _read = default;
        _inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => _inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _inner.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private async ValueTask<ReadResult> NextTurnAsync(CancellationToken cancellationToken)
    {
        await _meter.NextTurnAsync();
        return Count(await _inner.ReadAsync(cancellationToken));
    }

    private ValueTask<ReadResult> CountLater(ValueTask<ReadResult> reading)
    {
        _counted.Reset();
        _reading = reading.GetAwaiter();
        var counting = new ValueTask<ReadResult>(this, _counted.Version);
        _reading.UnsafeOnCompleted(_onRead);
        return counting;
    }

    private void OnRead()
    {
        ReadResult result;
        try
        {
            result = Count(_reading.GetResult());
        }
        catch (Exception exception)
        {
            _counted.SetException(exception);
            return;
        }

        _counted.SetResult(result);
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _counted.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _counted.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _counted.OnCompleted(continuation, state, token, flags);

    private ReadResult Count(ReadResult result)
    {
        _read = result.Buffer;
        _meter.Add(_read.Length - _left);
        _left = 0;
        return result;
    }
}
