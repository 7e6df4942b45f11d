using ProxyShim.Telemetry.Tracing;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>The time that one request may spend on Redis in all, however many round trips it makes.</summary>
/// <param name="isTraced">Whether the round trips have spans: those of a request or a job.</param>
internal sealed class RedisBudget(RedisGate gate, TimeSpan total, bool isTraced = true)
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

    /// <summary>Does a request's or a job's work that is several questions in one round trip, with a span of its own.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer within what remains.</exception>
    public ValueTask<TResult> RunTogetherAsync<TState, TResult>(RedisOperation operation, Func<RedisPipeline, TState, ValueTask<TResult>> work, TState state) =>
        RunAsync(operation, static (database, call) => call.work(new RedisPipeline(database), call.state), (work, state));

    /// <summary>Does what blocks a connection, on one that no other request needs. False when it does not answer within what remains: that says nothing of Redis.</summary>
    public ValueTask<bool> RunOnDedicatedConnectionAsync<TState>(Func<IDatabase, TState, Task<bool>> work, TState state) =>
        new(gate.RunOnDedicatedConnectionAsync(work, state, Remaining));

    /// <summary>Does what has no span.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer within what remains.</exception>
    public ValueTask<TResult> RunAsync<TState, TResult>(Func<IDatabase, TState, ValueTask<TResult>> work, TState state) =>
        gate.RunAsync(work, state, this);

    /// <summary>Does a request's or a job's work, with a span of its own.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer within what remains.</exception>
    public ValueTask<TResult> RunAsync<TState, TResult>(RedisOperation operation, Func<IDatabase, TState, ValueTask<TResult>> work, TState state) =>
        isTraced && Spans.HasListeners ? TracedAsync(operation, work, state) : gate.RunAsync(work, state, this, operation.IsAwaited);

    /// <summary>Takes a round trip's time off; nothing when its reply had come in time and waited for our own threads: how long Redis took is not known then.</summary>
    /// <param name="available">What there was for it.</param>
    public void Consume(TimeSpan time, TimeSpan available)
    {
        Spent += time;
        OwnDelay = time > available ? time - available : TimeSpan.Zero;
        _excused += OwnDelay > TimeSpan.Zero ? time : TimeSpan.Zero;
    }

    // The span begins in here: begun in the method that calls this, it would stay the caller's current one after its end.
    private async ValueTask<TResult> TracedAsync<TState, TResult>(RedisOperation operation, Func<IDatabase, TState, ValueTask<TResult>> work, TState state)
    {
        using var span = RedisSpans.Begin(operation, gate.Settings);
        try
        {
            return await gate.RunAsync(work, state, this, operation.IsAwaited);
        }
        catch (RedisUnavailableException exception)
        {
            span.Failed(exception.Cause);
            throw;
        }
    }
}
