using System.Globalization;

namespace ProxyShim.Testing;

/// <summary>A redis-server process of a test's own, on loopback, to be paused, killed and started again.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _arguments;
    private ChildProcess _process;

    private readonly ServerClock? _clock;

    private RedisServer(IEnumerable<string> settings, string[] arguments, ServerClock? clock)
    {
        _clock = clock;
        Port = FreePort.Next();
        _arguments = [ConfigurationFile, .. arguments];
        // A file, not arguments: Sentinel and REPLICAOF rewrite it, and a restart has to find what they wrote.
        File.WriteAllLines(ConfigurationFile, [$"port {Port}", "bind 127.0.0.1", $"dir {_folder.Path}", "save \"\"", .. settings]);
        _process = Launch();
    }

    /// <summary>The port, the same after a restart.</summary>
    public int Port { get; }

    /// <summary>The process id of the latest start.</summary>
    public int Pid => _process.Id;

    /// <summary><c>127.0.0.1:port</c>.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Where its append-only file and dumps are.</summary>
    public string DataFolder => _folder.Path;

    private string ConfigurationFile => Path.Combine(_folder.Path, "redis.conf");

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="settings">Lines of redis.conf: <c>appendonly yes</c>, <c>appendfsync always</c>. Nothing is persisted by default.</param>
    public static Task<RedisServer> StartAsync(IEnumerable<string>? settings = null, CancellationToken cancellation = default)
        => StartAsync(settings ?? [], [], null, cancellation);

    /// <summary>Starts a server that goes by this clock.</summary>
    public static Task<RedisServer> StartAsync(ServerClock clock, CancellationToken cancellation) => StartAsync([], [], clock, cancellation);

    /// <summary>Starts a Sentinel instead, which is another mode of the same program.</summary>
    internal static Task<RedisServer> StartSentinelAsync(IEnumerable<string> settings, CancellationToken cancellation)
        => StartAsync(settings, ["--sentinel"], null, cancellation);

    /// <summary>Runs a command on this very server.</summary>
    /// <returns>The raw reply as redis-cli prints it, an error reply included.</returns>
    /// <exception cref="InvalidOperationException">The server does not answer.</exception>
    public Task<string> ExecuteAsync(CancellationToken cancellation, params string[] command)
        => RedisCli.RunAsync(Port, command, cancellation);

    /// <summary>Runs a command that answers OK.</summary>
    /// <exception cref="InvalidOperationException">It answers something else, or the server does not.</exception>
    public async Task DoAsync(CancellationToken cancellation, params string[] command)
    {
        if (await ExecuteAsync(cancellation, command) is var reply and not "OK")
        {
            throw new InvalidOperationException($"{string.Join(' ', command[..2])} at {Endpoint}: {reply}");
        }
    }

    /// <summary>Freezes it: connections stay open and nothing answers.</summary>
    public void Pause() => _process.Pause();

    /// <summary>Ends a pause.</summary>
    public void Resume() => _process.Resume();

    /// <summary>Ends it as a crash would (SIGKILL).</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Ends it in good order (SIGTERM).</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        _process.Terminate();
        await _process.WaitForExitAsync(StopLimit, cancellation);
    }

    /// <summary>Starts it again after <see cref="KillAsync"/> or <see cref="StopAsync"/>: same port, same data, same settings.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await _process.DisposeAsync();
        _process = Launch();
        await WaitUntilReadyAsync(cancellation);
    }

    /// <summary>Makes it a replica and waits until it has all that <paramref name="master"/> has now.</summary>
    public async Task ReplicateAsync(RedisServer master, CancellationToken cancellation = default)
    {
        await ExecuteAsync(cancellation, "REPLICAOF", "127.0.0.1", $"{master.Port}");
        await WaitUntilInStepAsync(master, cancellation);
    }

    /// <summary>Waits until this replica has all that <paramref name="master"/> has now. (WAIT would look only at its own connection's writes.)</summary>
    public async Task WaitUntilInStepAsync(RedisServer master, CancellationToken cancellation = default)
    {
        var goal = long.Parse(Field(await master.ExecuteAsync(cancellation, "INFO", "replication"), "master_repl_offset")!, CultureInfo.InvariantCulture);
        await Eventually.IsTrueAsync($"{Endpoint} is in step with {master.Endpoint}", async () =>
        {
            var state = await ExecuteAsync(cancellation, "INFO", "replication");
            return Field(state, "master_link_status") == "up"
                && long.Parse(Field(state, "slave_repl_offset")!, CultureInfo.InvariantCulture) >= goal;
        }, cancellation: cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<RedisServer> StartAsync(IEnumerable<string> settings, string[] arguments, ServerClock? clock, CancellationToken cancellation)
    {
        var server = new RedisServer(settings, arguments, clock);
        try
        {
            await server.WaitUntilReadyAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    // INFO's lines are "name:value".
    private static string? Field(string info, string name)
        => info.Split('\n').FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.Ordinal))?[(name.Length + 1)..].TrimEnd('\r');

    private ChildProcess Launch() => ChildProcess.Start(Require.Program("redis-server", "redis-server"), _arguments, _clock?.Environment, _folder.Path);

    private Task WaitUntilReadyAsync(CancellationToken cancellation)
        => Eventually.IsTrueAsync($"{Endpoint} answers", () => IsReadyAsync(cancellation), cancellation: cancellation);

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"redis-server did not start: {_process.Describe()}");
        }

        try
        {
            return await ExecuteAsync(cancellation, "PING") == "PONG";
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
