using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>Whether keys stand on several masters: looked up once for each connection, for it is asked at every call and does not change.</summary>
internal sealed class RedisTopology
{
    private static readonly ConditionalWeakTable<IConnectionMultiplexer, RedisTopology> s_known = [];

    private volatile bool _isKnown;
    private volatile bool _isCluster;

    /// <summary>While no server has been found yet it is none.</summary>
    public static bool IsCluster(IDatabase redis)
    {
        var topology = s_known.GetValue(redis.Multiplexer, static _ => new RedisTopology());
        return topology._isKnown ? topology._isCluster : topology.Look(redis.Multiplexer);
    }

    private bool Look(IConnectionMultiplexer connection)
    {
        var servers = connection.GetServers();
        _isCluster = servers.Any(static server => server.ServerType == ServerType.Cluster);
        _isKnown = servers.Any(static server => server.IsConnected);
        return _isCluster;
    }
}
