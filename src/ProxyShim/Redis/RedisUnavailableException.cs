using ProxyShim.Telemetry.Output;

namespace ProxyShim.Redis;

/// <summary>Redis did not do what was asked; whether it did it nevertheless is unknown.</summary>
/// <remarks>The message holds only a cause's kind: Redis's own messages may quote keys, and a key may be an e-mail address.</remarks>
internal sealed class RedisUnavailableException(string cause, Exception? inner) : Exception($"Redis is unavailable: {cause}.", inner), ISafeMessage
{
    /// <summary>The cause's kind.</summary>
    public string Cause { get; } = cause;
}
