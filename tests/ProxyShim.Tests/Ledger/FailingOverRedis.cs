using System.Net;
using System.Reflection;
using StackExchange.Redis;

namespace ProxyShim.Tests.Ledger;

/// <summary>A connection that a failover takes from one master to another after its first command, as Sentinel or a cluster does at any moment.</summary>
public class FailingOverRedis : DispatchProxy
{
    private IDatabase _old = null!;
    private IDatabase _next = null!;
    private bool _failedOver;

    /// <param name="old">Gets the first command.</param>
    /// <param name="next">Gets all others.</param>
    internal static IDatabase Between(IDatabase old, IDatabase next)
    {
        var proxy = Create<IDatabase, FailingOverRedis>();
        var failingOver = (FailingOverRedis)(object)proxy;
        (failingOver._old, failingOver._next) = (old, next);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.ReturnType == typeof(IConnectionMultiplexer))
        {
            return Both.Of(_old.Multiplexer, _next.Multiplexer);
        }

        var target = _failedOver ? _next : _old;
        _failedOver = true;
        return targetMethod.Invoke(target, args);
    }

    /// <summary>Finds a server of either.</summary>
    public class Both : DispatchProxy
    {
        private IConnectionMultiplexer[] _connections = [];

        /// <summary>Joins them.</summary>
        public static IConnectionMultiplexer Of(params IConnectionMultiplexer[] connections)
        {
            var proxy = Create<IConnectionMultiplexer, Both>();
            ((Both)(object)proxy)._connections = connections;
            return proxy;
        }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod?.Name != nameof(IConnectionMultiplexer.GetServer) || args![0] is not EndPoint endpoint)
            {
                throw new NotSupportedException(targetMethod?.Name);
            }

            return _connections.Single(connection => connection.GetEndPoints().Contains(endpoint)).GetServer(endpoint);
        }
    }
}
