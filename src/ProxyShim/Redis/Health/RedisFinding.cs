namespace ProxyShim.Redis.Health;

/// <summary>What a look at a server has shown.</summary>
/// <param name="Trouble">Why it does not serve; null when it does.</param>
/// <param name="IsStranger">It serves, but has refused user or password: it takes us for its user <c>default</c>, whom anybody may be.</param>
internal sealed record RedisFinding(RedisTrouble? Trouble, bool IsStranger);
