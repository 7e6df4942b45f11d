namespace ProxyShim.Redis;

/// <summary>Opens after a number of failures in a row, stays open for a while, then lets one call try.</summary>
/// <remarks>
/// Polly's own breaker judges a failure ratio over a window: when a busy, healthy Redis hangs, the window's past successes keep it closed for as
/// long as the window lasts, and every request in that time pays the whole timeout. One that counts failures in a row left Polly with version 8
/// (https://github.com/App-vNext/Polly/pull/1444; asked for again in https://github.com/App-vNext/Polly/issues/1854).
/// </remarks>
internal sealed class ConsecutiveFailureBreaker(TimeProvider time)
{
    // Decisions/own-breaker.md: five.
    private const int Failures = 5;

    // Long enough that a hung Redis costs next to nothing, short enough to be back at once.
    private static readonly TimeSpan s_breakDuration = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private int _failures;
    private long _openedAt;
    private bool _probing;

    /// <summary>Whether calls are refused at the moment, or only one is let through to try.</summary>
    public bool IsOpen => Volatile.Read(ref _failures) >= Failures;

    /// <summary>Whether a call may be made; the code that makes one says how it ended.</summary>
    public bool TryEnter()
    {
        if (!IsOpen)
        {
            return true;
        }

        lock (_lock)
        {
            if (_failures < Failures)
            {
                return true;
            }

            if (_probing || time.GetElapsedTime(_openedAt) < s_breakDuration)
            {
                return false;
            }

            _probing = true;
            return true;
        }
    }

    /// <summary>The call that was let in was answered, or told nothing of Redis.</summary>
    public void Succeeded()
    {
        if (Volatile.Read(ref _failures) == 0)
        {
            return;
        }

        lock (_lock)
        {
            _probing = false;
            _failures = 0;
        }
    }

    /// <summary>The call that was let in was not answered.</summary>
    public void Failed()
    {
        lock (_lock)
        {
            _probing = false;
            _failures = Math.Min(_failures + 1, Failures);
            if (_failures == Failures)
            {
                _openedAt = time.GetTimestamp();
            }
        }
    }
}
