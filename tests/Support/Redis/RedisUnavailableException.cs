namespace ProxyShim.Testing;

/// <summary>This machine has no Redis of a kind; the message says why.</summary>
public sealed class RedisUnavailableException(string reason, Exception? cause = null) : Exception(reason, cause);
