using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>A way to Redis that may lead to another server tomorrow.</summary>
internal interface IRedisConnection : IAsyncDisposable
{
    /// <summary>The connection of the moment. The first look begins to connect.</summary>
    Task<IConnectionMultiplexer> Current { get; }
}
