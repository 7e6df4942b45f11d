using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>One place for a shim: its addresses stay the same however often the process in it is killed and started again.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly Dictionary<string, string> _settings;
    private ShimProcess? _process;

    private readonly PublishedShim? _program;

    /// <param name="program">Another one than the published.</param>
    public Replica(IReadOnlyDictionary<string, string> settings, PublishedShim? program = null)
    {
        _program = program;
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        Management = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        _settings = new Dictionary<string, string>(settings)
        {
            ["Urls"] = Address.OriginalString,
            ["Management:Url"] = Management.OriginalString,
        };
    }

    /// <summary>What legacy apps call.</summary>
    public Uri Address { get; }

    /// <summary>Where it says whether it is ready.</summary>
    public Uri Management { get; }

    /// <summary>Starts a process and waits until it is ready.</summary>
    /// <param name="changes">Settings that differ from the replica's own, this time only.</param>
    public async Task StartAsync(CancellationToken cancellation, IReadOnlyDictionary<string, string>? changes = null)
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        var settings = new Dictionary<string, string>(_settings);
        foreach (var (name, value) in changes ?? new Dictionary<string, string>())
        {
            settings[name] = value;
        }

        _process = await ShimProcess.StartAsync(_program ?? await PublishedShim.LocateAsync(), settings, cancellation);
    }

    /// <summary>What the present process has said so far.</summary>
    public IReadOnlyList<string> Output => _process!.Output;

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <summary>SIGTERM, and its end.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> StopAsync(CancellationToken cancellation) => _process!.StopAsync(cancellation);

    /// <summary>SIGSTOP.</summary>
    public void Pause() => _process!.Pause();

    /// <summary>SIGCONT.</summary>
    public void Resume() => _process!.Resume();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
