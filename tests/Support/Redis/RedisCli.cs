namespace ProxyShim.Testing;

/// <summary>Commands to one server, by redis-cli: independent of the client that the shim uses, and of cluster redirects.</summary>
internal static class RedisCli
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Runs one command.</summary>
    /// <returns>The raw reply, an error reply included.</returns>
    public static Task<string> RunAsync(int port, string[] command, CancellationToken cancellation)
        => RunAsync(["-h", "127.0.0.1", "-p", $"{port}", .. command], cancellation);

    /// <summary>Runs redis-cli.</summary>
    /// <exception cref="InvalidOperationException">No server answers, or redis-cli failed otherwise.</exception>
    public static Task<string> RunAsync(string[] arguments, CancellationToken cancellation)
        => ChildProcess.RunAsync(Require.Program("redis-cli", "redis-tools"), arguments, Limit, cancellation: cancellation);
}
