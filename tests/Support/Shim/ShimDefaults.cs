namespace ProxyShim.Testing;

/// <summary>Defaults of the shim that its surroundings must fit. <c>ShimSettingsTests</c> holds the program to them.</summary>
public static class ShimDefaults
{
    /// <summary><c>ShutdownTimeout</c>: a platform must leave it more than this between SIGTERM and SIGKILL.</summary>
    public static TimeSpan ShutdownTimeout { get; } = TimeSpan.FromSeconds(25);
}
