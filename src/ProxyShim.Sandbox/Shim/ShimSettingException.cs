namespace ProxyShim.Sandbox.Shim;

/// <summary>A setting of a shim that runs elsewhere is missing or cannot be read.</summary>
internal sealed class ShimSettingException(string message) : Exception(message);
