namespace ProxyShim.Sandbox.Shim;

/// <summary>The shim ended although it was not told to.</summary>
internal sealed class ShimEndedException(int exitCode, ShimLog log)
    : Exception($"The shim ended with exit code {exitCode}. Its log is {log.File}; it ends with:\n{string.Join('\n', log.LastLines)}")
{
    /// <summary>Whether it was because another process has one of its ports.</summary>
    public bool CouldNotListen { get; } = log.LastLines.Any(static line => line.Contains("Failed to bind", StringComparison.Ordinal));
}
