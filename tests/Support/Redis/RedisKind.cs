namespace ProxyShim.Testing;

/// <summary>Where the Redis of a test run comes from.</summary>
public enum RedisKind
{
    /// <summary>The connection string in <c>PROXYSHIM_TEST_REDIS</c>.</summary>
    Given,

    /// <summary>A container; its image is <c>PROXYSHIM_TEST_REDIS_IMAGE</c>, or Redis' own.</summary>
    Testcontainers,

    /// <summary>A <c>redis-server</c> process.</summary>
    Process,

    /// <summary>Garnet, in the test's own process.</summary>
    Garnet,

    /// <summary>Redis Cluster: three masters, as processes.</summary>
    Cluster,

    /// <summary>A master behind Redis Sentinel, with its replica, as processes.</summary>
    Sentinel,
}
