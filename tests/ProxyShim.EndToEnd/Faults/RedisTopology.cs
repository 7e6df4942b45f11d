namespace ProxyShim.EndToEnd.Faults;

/// <summary>What a scenario's Redis is made of.</summary>
internal enum RedisTopology
{
    /// <summary>One server.</summary>
    Single,

    /// <summary>Redis Cluster: three masters, each with a replica.</summary>
    Cluster,

    /// <summary>A master with a replica, behind Redis Sentinel.</summary>
    Sentinel,
}
