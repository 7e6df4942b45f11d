using StackExchange.Redis;

namespace ProxyShim.Redis.Health;

/// <summary>Tries, without a trace, what a part of the shim needs of Redis.</summary>
internal interface IRedisCheck
{
    /// <summary>Throws what StackExchange.Redis throws, or a <see cref="RedisRefusedException"/>, where Redis refuses any of it.</summary>
    Task CheckAsync(IDatabase redis);
}
