using System.Reflection;
using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace ProxyShim.Tests.Ledger.Model;

/// <summary>A Redis that loses commands, or their replies.</summary>
public class LossyRedis : DispatchProxy
{
    // A script that Redis does not know by its hash is sent once more by its text, with the same keys: that is one command still, with one fate.
    private static readonly ConditionalWeakTable<RedisKey[], object> s_fates = [];

    private object _redis = null!;
    private Func<ValueTask<Loss>> _loss = null!;

    /// <param name="loss">Is asked for each command.</param>
    internal static IDatabase Over(IDatabase redis, Func<Loss> loss) => Over<IDatabase>(redis, () => new(loss()));

    /// <inheritdoc cref="Over(IDatabase, Func{Loss})"/>
    internal static IConnectionMultiplexer Over(IConnectionMultiplexer connection, Func<Loss> loss) => Over(connection, () => new ValueTask<Loss>(loss()));

    /// <param name="loss">Is asked for each command, which waits for the answer: whatever it does meanwhile comes first.</param>
    internal static IConnectionMultiplexer Over(IConnectionMultiplexer connection, Func<ValueTask<Loss>> loss) =>
        Over<IConnectionMultiplexer>(connection, loss);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.ReturnType == typeof(IDatabase))
        {
            return Over((IDatabase)targetMethod.Invoke(_redis, args)!, _loss);
        }

        return targetMethod.ReturnType == typeof(Task<RedisResult>) ? RunAsync(args!, () => (Task<RedisResult>)targetMethod.Invoke(_redis, args)!)
            : targetMethod.Name == nameof(IDatabase.HashExistsAsync) ? RunAsync(args!, () => (Task<bool>)targetMethod.Invoke(_redis, args)!)
            : targetMethod.Invoke(_redis, args);
    }

    private async Task<T> RunAsync<T>(object?[] arguments, Func<Task<T>> command)
    {
        var loss = await DecideAsync(arguments);
        if (loss == Loss.Command)
        {
            throw Lost();
        }

        var reply = await command();
        return loss == Loss.Reply ? throw Lost() : reply;
    }

    private async ValueTask<Loss> DecideAsync(object?[] arguments)
    {
        if (arguments is not [var script, RedisKey[] keys, ..])
        {
            return await _loss();
        }

        if (script is string && s_fates.TryGetValue(keys, out var decided))
        {
            return (Loss)decided;
        }

        var loss = await _loss();
        s_fates.AddOrUpdate(keys, loss);
        return loss;
    }

    private static T Over<T>(T redis, Func<ValueTask<Loss>> loss)
        where T : class
    {
        var proxy = Create<T, LossyRedis>();
        var lossy = (LossyRedis)(object)proxy;
        (lossy._redis, lossy._loss) = (redis, loss);
        return proxy;
    }

    private static RedisTimeoutException Lost() => new(CommandFlags.None, "lost", CommandStatus.Unknown);
}
