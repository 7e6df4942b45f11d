using System.Reflection;
using StackExchange.Redis;

namespace ProxyShim.Tests.Redis;

/// <summary>A connection whose database is never asked for anything: the tests of the gate bring their own work.</summary>
public class NoRedis : DispatchProxy
{
    /// <summary>Creates one.</summary>
    public static IConnectionMultiplexer Connection() => Create<IConnectionMultiplexer, NoRedis>();

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
    {
        nameof(IConnectionMultiplexer.GetDatabase) => Create<IDatabase, NoRedis>(),
        nameof(IAsyncDisposable.DisposeAsync) => ValueTask.CompletedTask,
        _ => throw new NotSupportedException(targetMethod?.Name),
    };
}
