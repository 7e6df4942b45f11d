using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>A way to Redis that may lead to another server tomorrow.</summary>
internal interface IRedisConnection : IAsyncDisposable
{
    /// <summary>The connection of the moment. The first look begins to connect.</summary>
    Task<IConnectionMultiplexer> Current { get; }

    /// <summary>Connects anew and puts that in the present one's place: the server may be another one by now, under the same name.</summary>
    /// <returns>Whether it is in place. Not while there is none, where a new one cannot be made, and where the way follows the server by itself.</returns>
    Task<bool> RenewAsync();
}
