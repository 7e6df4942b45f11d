using System.Reflection;
using StackExchange.Redis;

namespace ProxyShim.Tests.Redis;

/// <summary>A database that answers no read until it is told to: what is asked of it meanwhile goes out in one round trip.</summary>
public class PendingRedis : DispatchProxy
{
    private readonly TaskCompletionSource<RedisValue> _answer = new();

    /// <summary>The keys that have been read so far.</summary>
    public IList<string> Keys { get; } = [];

    /// <summary>Creates one, and what steers it.</summary>
    public static (IDatabase Database, PendingRedis Pending) Create()
    {
        var database = Create<IDatabase, PendingRedis>();
        return (database, (PendingRedis)(object)database);
    }

    /// <summary>Answers all reads, those to come as well.</summary>
    public void Answer(RedisValue value) => _answer.SetResult(value);

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod?.Name != nameof(IDatabase.StringGetAsync))
        {
            throw new NotSupportedException(targetMethod?.Name);
        }

        Keys.Add($"{args![0]}");
        return _answer.Task;
    }
}
