using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>Where a round trip of several questions is made: whatever is asked of it before a reply is awaited goes out together.</summary>
internal readonly struct RedisPipeline(IDatabase database)
{
    /// <summary>For the folders that speak to Redis: clicks and ledger.</summary>
    public IDatabase Database { get; } = database;
}
