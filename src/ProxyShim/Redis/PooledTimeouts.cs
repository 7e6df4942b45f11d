using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;
using ProxyShim.Primitives;

namespace ProxyShim.Redis;

/// <summary>
/// Waits for tasks for so long and no longer, with pooled timers: <see cref="Task.WaitAsync(TimeSpan)"/> makes a timer and a task for each wait
/// (measured: Native/README.md).
/// </summary>
/// <param name="isBehind">Whether only our own threads have not got to what is waited for: that is our own delay.</param>
internal sealed class PooledTimeouts(TimeProvider time, Func<bool>? isBehind = null)
{
    /// <summary>How much longer it waits for our own threads; one that has not got to it by then never will.</summary>
    public static readonly TimeSpan OwnDelayLimit = TimeSpan.FromSeconds(10);

    /// <summary>How often it looks then.</summary>
    public static readonly TimeSpan OwnDelayLook = TimeSpan.FromMilliseconds(10);

    private readonly ObjectPool<PooledTimeout> _kept = Pools.Create(() => new PooledTimeout(time, isBehind ?? (static () => false)));

    /// <summary>True once the task has ended, well or not; false when it has not in time. What comes after goes on where the task ended, or on a timer's thread.</summary>
    public ValueTask<bool> WaitAsync(Task task, TimeSpan timeout) => WaitAsync(task.ConfigureAwait(false).GetAwaiter(), task.IsCompleted, timeout);

    /// <inheritdoc cref="WaitAsync(Task, TimeSpan)"/>
    /// <remarks>Its result is still to be read, where it has ended in time, and not otherwise.</remarks>
    public ValueTask<bool> WaitAsync<T>(in ValueTask<T> call, TimeSpan timeout) => WaitAsync(call.ConfigureAwait(false).GetAwaiter(), call.IsCompleted, timeout);

    private ValueTask<bool> WaitAsync<TAwaiter>(TAwaiter end, bool hasEnded, TimeSpan timeout)
        where TAwaiter : ICriticalNotifyCompletion
    {
        if (hasEnded || timeout <= TimeSpan.Zero)
        {
            return new(hasEnded);
        }

        // Begun before it can end: by then another request may have this wait.
        var wait = _kept.Get();
        var waiting = wait.Begin(timeout, _kept);
        end.UnsafeOnCompleted(wait.Ended);
        return waiting;
    }

    private sealed class PooledTimeout : IValueTaskSource<bool>
    {
        private readonly TimeProvider _time;
        private readonly Func<bool> _isBehind;
        private readonly ITimer _timer;
        private ManualResetValueTaskSourceCore<bool> _outcome;
        private ObjectPool<PooledTimeout> _pool = null!;
        private long _start;
        private TimeSpan _timeout;

        // When the timer fires, as a timestamp; 0 while it is not set. It stays set when a task ends in time: to set it takes a lock that all timers share, and the next
        // wait nearly always ends later. Once it has fired it is set again for what is left of the wait of that moment.
        private long _firesAt;

        // Counts how often it was used; long, since a busy shim has used one four billion times within days.
        private long _generation;

        // The generation that nothing has decided yet; 0 when there is none.
        private long _pendingGeneration;

        public PooledTimeout(TimeProvider time, Func<bool> isBehind)
        {
            (_time, _isBehind) = (time, isBehind);
            _timer = time.CreateTimer(static wait => ((PooledTimeout)wait!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Ended = () => Decide(_generation, inTime: true);
        }

        /// <summary>What is waited for has ended.</summary>
        public Action Ended { get; }

        public ValueTask<bool> Begin(TimeSpan timeout, ObjectPool<PooledTimeout> pool)
        {
            _outcome.Reset();
            (_start, _timeout, _pool) = (_time.GetTimestamp(), timeout, pool);

            // Either this sees that the timer has fired, or that sees this wait: both write first and read then.
            Interlocked.Exchange(ref _pendingGeneration, ++_generation);
            if (Volatile.Read(ref _firesAt) is var firesAt && (firesAt == 0 || firesAt > TimestampAfter(timeout)))
            {
                SetTimer(timeout);
            }

            return new ValueTask<bool>(this, _outcome.Version);
        }

        public bool GetResult(short token)
        {
            var inTime = _outcome.GetResult(token);
            if (inTime)
            {
                _pool.Return(this);
            }
            else
            {
                // The task may still end, and must not decide a later use of this object.
                _timer.Dispose();
            }

            return inTime;
        }

        public ValueTaskSourceStatus GetStatus(short token) => _outcome.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _outcome.OnCompleted(continuation, state, token, flags);

        private long TimestampAfter(TimeSpan wait) => _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);

        private void SetTimer(TimeSpan wait)
        {
            Volatile.Write(ref _firesAt, TimestampAfter(wait));
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }

        private void OnTimer()
        {
            Interlocked.Exchange(ref _firesAt, 0);
            while (Volatile.Read(ref _pendingGeneration) is var generation && generation != 0)
            {
                var rest = _timeout - _time.GetElapsedTime(_start);
                if (rest <= TimeSpan.Zero && rest > -OwnDelayLimit && _isBehind())
                {
                    rest = OwnDelayLook;
                }

                if (rest <= TimeSpan.Zero)
                {
                    Decide(generation, inTime: false);
                    return;
                }

                SetTimer(rest);
                if (Volatile.Read(ref _pendingGeneration) == generation)
                {
                    return;
                }

                // The next wait began meanwhile, and may end before the one for which the timer is set now.
            }
        }

        private void Decide(long generation, bool inTime)
        {
            if (generation != 0 && Interlocked.CompareExchange(ref _pendingGeneration, 0, generation) == generation)
            {
                _outcome.SetResult(inTime);
            }
        }
    }
}
