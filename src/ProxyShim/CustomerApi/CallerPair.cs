using ProxyShim.Settings;

namespace ProxyShim.CustomerApi;

/// <summary>A vendor key pair that may convert.</summary>
/// <param name="Name">What the log calls whoever presents it.</param>
internal sealed record CallerPair(string Name, string PublicKey, Secret SecretKey);
