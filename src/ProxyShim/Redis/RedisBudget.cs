using ProxyShim.Telemetry.Tracing;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>The time that one request may spend on Redis in all, however many round trips it makes.</summary>
internal sealed class RedisBudget(RedisGate gate, TimeSpan total)
{
    /// <summary>What is left below this is not worth a round trip.</summary>
    public static readonly TimeSpan MinRoundTrip = TimeSpan.FromMilliseconds(10);

    private TimeSpan _excused;

    /// <summary>What has been spent so far.</summary>
    public TimeSpan Spent { get; private set; }

    /// <summary>What the last round trip waited for our own threads at least: Redis had answered by then. Zero for one that was in time.</summary>
    public TimeSpan OwnDelay { get; private set; }

    public TimeSpan Remaining => total - Spent + _excused;

    /// <summary>What remains for a round trip that is under way since <paramref name="start"/>; less than nothing when it is late.</summary>
    public TimeSpan RemainingSince(long start) => Remaining - gate.Time.GetElapsedTime(start);

    /// <summary>Does what belongs to no request and no job.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer within what remains.</exception>
    public ValueTask<TResult> RunAsync<TState, TResult>(Func<IDatabase, TState, Task<TResult>> work, TState state) =>
        gate.RunAsync(work, state, this);

    /// <summary>Does a request's or a job's work, with a span of its own.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer within what remains.</exception>
    public ValueTask<TResult> RunAsync<TState, TResult>(RedisOperation stage, Func<IDatabase, TState, Task<TResult>> work, TState state) =>
        Spans.HasListeners ? TracedAsync(stage, work, state) : gate.RunAsync(work, state, this);

    /// <summary>Takes a round trip's time off; nothing when its reply had come in time and waited for our own threads: how long Redis took nobody knows then.</summary>
    /// <param name="patience">What there was for it.</param>
    public void Consume(TimeSpan time, TimeSpan patience)
    {
        Spent += time;
        OwnDelay = time > patience ? time - patience : TimeSpan.Zero;
        _excused += OwnDelay > TimeSpan.Zero ? time : TimeSpan.Zero;
    }

    // The span begins in here: begun in the method that calls this, it would stay the caller's current one after its end.
    private async ValueTask<TResult> TracedAsync<TState, TResult>(RedisOperation stage, Func<IDatabase, TState, Task<TResult>> work, TState state)
    {
        using var span = RedisSpans.Begin(stage, gate.Settings);
        try
        {
            return await gate.RunAsync(work, state, this);
        }
        catch (RedisUnavailableException exception)
        {
            span.Failed(exception.Cause);
            throw;
        }
    }
}
