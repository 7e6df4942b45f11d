using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>A reported click as it is written.</summary>
/// <param name="Outcome"><see cref="ClickWriteOutcome.Written"/> where only Redis has a say any more; otherwise the rest is not given.</param>
/// <param name="Life">In milliseconds, above 0.</param>
/// <param name="Text">The value of a string; null for a hash.</param>
/// <param name="Hash">What the script of a hash is given; null for a string.</param>
internal readonly record struct PreparedClick(
    ClickWriteOutcome Outcome, RedisKey Key = default, long Life = 0, RedisValue Text = default, RedisValue[]? Hash = null);
