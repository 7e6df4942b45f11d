using System.Runtime.CompilerServices;
using Polly;
using Polly.CircuitBreaker;

namespace ProxyShim.Redis;

/// <summary>Opens after a number of failures in a row, stays open for a while, then lets one call try.</summary>
/// <remarks>
/// Polly's own breaker judges a failure ratio over a window: when a busy, healthy Redis hangs, the window's past successes keep it closed for as
/// long as the window lasts, and every request in that time pays the whole timeout.
/// </remarks>
internal sealed class ConsecutiveFailureBreaker(ConsecutiveFailureBreakerOptions options, TimeProvider time) : ResilienceStrategy
{
    private readonly Lock _lock = new();
    private int _failures;
    private long _openedAt;
    private bool _probing;

    /// <summary>Whether calls are refused at the moment, or only one is let through to try.</summary>
    public bool IsOpen => Volatile.Read(ref _failures) >= options.Failures;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        if (!TryEnter())
        {
            return Outcome.FromException<TResult>(new BrokenCircuitException("Redis failed too often in a row; it is left alone for a while."));
        }

        var outcome = await callback(context, state);
        Leave(outcome.Exception is { } exception && options.IsFailure(exception));
        return outcome;
    }

    private bool TryEnter()
    {
        if (!IsOpen)
        {
            return true;
        }

        lock (_lock)
        {
            if (_failures < options.Failures)
            {
                return true;
            }

            if (_probing || time.GetElapsedTime(_openedAt) < options.BreakDuration)
            {
                return false;
            }

            _probing = true;
            return true;
        }
    }

    private void Leave(bool failed)
    {
        if (!failed && Volatile.Read(ref _failures) == 0)
        {
            return;
        }

        lock (_lock)
        {
            _probing = false;
            _failures = failed ? Math.Min(_failures + 1, options.Failures) : 0;
            if (_failures == options.Failures)
            {
                _openedAt = time.GetTimestamp();
            }
        }
    }
}
