namespace ProxyShim.Sandbox;

/// <summary>The shim ended although nobody told it to.</summary>
internal sealed class ShimEndedException(int exitCode, ShimLog log)
    : Exception($"The shim ended with exit code {exitCode}. Its log is {log.File}; it ends with:\n{string.Join('\n', log.LastLines)}");
