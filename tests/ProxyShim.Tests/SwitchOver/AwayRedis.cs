using System.Reflection;
using StackExchange.Redis;

namespace ProxyShim.Tests.SwitchOver;

/// <summary>A Redis that a test takes away, and brings back.</summary>
public class AwayRedis : DispatchProxy
{
    private object _redis = null!;
    private Func<bool> _isAway = null!;

    internal static T Over<T>(T redis, Func<bool> isAway)
        where T : class
    {
        var proxy = Create<T, AwayRedis>();
        var away = (AwayRedis)(object)proxy;
        (away._redis, away._isAway) = (redis, isAway);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.ReturnType == typeof(IDatabase))
        {
            return Over((IDatabase)targetMethod.Invoke(_redis, args)!, _isAway);
        }

        return _isAway() ? throw new RedisTimeoutException(CommandFlags.None, "away", CommandStatus.Unknown) : targetMethod.Invoke(_redis, args);
    }
}
