using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>One piece of work on its way through the gate: one reference, whatever it carries, and so the same code for all of them.</summary>
internal abstract class RedisCall
{
    /// <summary>Gives the commands; the task ends with the last reply.</summary>
    public abstract Task Begin(IDatabase database);
}

/// <summary>Work that has a result.</summary>
internal sealed class RedisCall<TState, TResult>(Func<IDatabase, TState, Task<TResult>> work, TState state) : RedisCall
{
    private Task<TResult>? _working;

    /// <summary>What came of it, once it has ended well.</summary>
    public TResult Result => _working!.GetAwaiter().GetResult();

    public override Task Begin(IDatabase database) => _working = work(database, state);
}
