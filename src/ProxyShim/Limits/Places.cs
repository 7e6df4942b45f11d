namespace ProxyShim.Limits;

/// <summary>How much may be in flight: requests, and bytes of their bodies.</summary>
internal readonly record struct Places(long Requests, long Bytes);
