using System.Text.Json;

namespace ProxyShim.Testing;

/// <summary>A running sidecar, started as a user would start it: the published program and environment variables.</summary>
public sealed class ShimProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = ShimDefaults.ShutdownTimeout + TimeSpan.FromSeconds(15);

    // A frozen one says nothing; the last lines of one that is well come within it.
    private static readonly TimeSpan LastWordsLimit = TimeSpan.FromSeconds(2);

    private static readonly string[] s_pages = ["/metrics", "/healthz/live", "/healthz/ready"];

    private readonly TemporaryFolder _folder;
    private readonly ChildProcess _process;
    private readonly OutputCheck _check;
    private readonly bool _tellsReferences;
    private readonly bool _isOlder;

    private ShimProcess(PublishedShim shim, IReadOnlyDictionary<string, string> settings, IReadOnlyList<string> arguments)
    {
        _check = new OutputCheck(settings);
        _tellsReferences = arguments is ["dead-letters", ..];
        _isOlder = shim.IsOlder;
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        Management = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        _folder = new TemporaryFolder();
        _process = ChildProcess.Start(shim.Path, arguments, BuildEnvironment(settings), _folder.Path);
    }

    /// <summary>What legacy apps call: <c>Urls</c>, on a free port of loopback unless the settings say otherwise.</summary>
    public Uri Address { get; private set; }

    /// <summary><c>Management:Url</c>, likewise: where it is reached from here.</summary>
    public Uri Management { get; private set; }

    /// <summary><c>Management:Url</c> as it is set, which may be a wildcard.</summary>
    public string ManagementUrl { get; private set; } = "";

    /// <summary>Its working directory, where it looks for <c>appsettings.json</c>.</summary>
    public string Folder => _folder.Path;

    /// <summary>The process id.</summary>
    public int Pid => _process.Id;

    /// <summary>Its exit code; null while it runs.</summary>
    public int? ExitCode => _process.ExitCode;

    /// <summary>The lines of standard output so far.</summary>
    public IReadOnlyList<string> Output => _process.Output;

    /// <summary>The lines of standard error so far.</summary>
    public IReadOnlyList<string> Errors => _process.Errors;

    /// <summary>The log: every line of standard output that is a JSON object.</summary>
    public IReadOnlyList<JsonElement> Log => [.. Output.Where(line => line.StartsWith('{')).Select(line => JsonElement.Parse(line))];

    /// <summary>Starts the published program and waits until it is ready.</summary>
    /// <param name="settings">Settings by their names (<c>Redis:ConnectionString</c>), or any other environment variables.</param>
    /// <exception cref="InvalidOperationException">It ended instead; the message has its output.</exception>
    /// <exception cref="TimeoutException">It did not become ready.</exception>
    public static async Task<ShimProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellation = default)
        => await StartAsync(await PublishedShim.LocateAsync(), settings, cancellation);

    /// <summary>The same with a program of the caller's choice.</summary>
    public static async Task<ShimProcess> StartAsync(PublishedShim program, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var shim = Launch(program, settings);
        try
        {
            await shim.WaitUntilReadyAsync(cancellation);
            return shim;
        }
        catch
        {
            await shim.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the published program and waits for nothing: for one that is to fail, or to end by itself.</summary>
    /// <param name="settings">As in <see cref="StartAsync"/>.</param>
    /// <param name="arguments">The command line, such as <c>--version</c>.</param>
    public static async Task<ShimProcess> LaunchAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
        => Launch(await PublishedShim.LocateAsync(), settings, arguments);

    /// <summary>The same with a program of the caller's choice, for a comparison of builds.</summary>
    public static ShimProcess Launch(PublishedShim shim, IReadOnlyDictionary<string, string> settings, params string[] arguments)
        => new(shim, settings, arguments);

    /// <summary>Polls <c>/healthz/ready</c> until it says 200.</summary>
    /// <inheritdoc cref="StartAsync" path="/exception"/>
    public async Task WaitUntilReadyAsync(CancellationToken cancellation = default)
    {
        using var client = new HttpClient();
        try
        {
            await Eventually.IsTrueAsync("the shim is ready", () => IsReadyAsync(client, cancellation), cancellation: cancellation);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{Describe()}", e);
        }
    }

    /// <summary>Waits for a line of the log.</summary>
    /// <param name="what">The line, as it should read in the failure: "the request is logged".</param>
    /// <param name="matches">Whether it is this one.</param>
    /// <exception cref="TimeoutException">There was none; the message has the last output.</exception>
    public async Task<JsonElement> WaitForLogAsync(string what, Func<JsonElement, bool> matches, CancellationToken cancellation = default)
    {
        JsonElement? found = null;
        try
        {
            await Eventually.IsTrueAsync(
                what, () => Task.FromResult((found = Log.Where(matches).Cast<JsonElement?>().FirstOrDefault()) is not null), cancellation: cancellation);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{Describe()}", e);
        }

        return found!.Value;
    }

    /// <summary>Stops it as a platform does (SIGTERM) and waits for its end.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It still runs.</exception>
    public Task<int> StopAsync(CancellationToken cancellation = default)
    {
        _process.Terminate();
        return WaitForExitAsync(cancellation);
    }

    /// <summary>Ends it as a crash would (SIGKILL).</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Freezes it (SIGSTOP), as a swapped-out host or a stopped container does.</summary>
    public void Pause() => _process.Pause();

    /// <summary>Ends a pause.</summary>
    public void Resume() => _process.Resume();

    /// <summary>Waits until it has ended by itself.</summary>
    /// <inheritdoc cref="StopAsync" path="/returns|/exception"/>
    public Task<int> WaitForExitAsync(CancellationToken cancellation = default) => _process.WaitForExitAsync(StopLimit, cancellation);

    /// <summary>For the message of a failure: its state and its last output.</summary>
    public string Describe() => _process.Describe();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var pages = await ReadPagesAsync();
        await EndAsync();
        await _process.DisposeAsync();
        _folder.Dispose();

        // Whatever a test was about: nothing that the program said gives anything away.
        _check.Hold("standard output", _tellsReferences ? Output.Select(OutputCheck.WithoutReferences) : Output);
        _check.Hold("standard error", Errors);
        _check.Hold("the management listener", pages);

        // And each line of the log is held to the schema. A kill may cut the last one.
        var lines = Output.Where(line => !_isOlder && line.StartsWith("{\"@t\"", StringComparison.Ordinal)).ToList();
        LogSchema.HoldAll(lines is [.., var last] && !last.EndsWith('}') ? lines[..^1] : lines);
    }

    // What it shows to anybody who asks.
    private async Task<IReadOnlyList<string>> ReadPagesAsync()
    {
        using var client = new HttpClient { Timeout = LastWordsLimit };
        List<string> pages = [];
        try
        {
            foreach (var page in _process.HasExited ? [] : s_pages)
            {
                using var answer = await client.GetAsync(new Uri(Management, page));
                pages.Add(await answer.Content.ReadAsStringAsync());
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // It does not serve, is frozen, or has just ended.
        }

        return pages;
    }

    // A kill would lose the last lines of the log.
    private async Task EndAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Terminate();
                await _process.WaitForExitAsync(LastWordsLimit);
            }
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            // It is killed then, or has just ended by itself.
        }
    }

    // Nothing of the test run's own environment: what it may hold (ASPNETCORE_…, DOTNET_…) would change the program.
    private Dictionary<string, string> BuildEnvironment(IReadOnlyDictionary<string, string> settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
            ["Urls"] = Address.OriginalString,
            ["Management__Url"] = Management.OriginalString,
        };
        foreach (var (name, value) in settings)
        {
            environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        // Several addresses are joined by ';'; the first is as good as any.
        Address = new Uri(environment["Urls"].Split(';')[0]);
        ManagementUrl = environment["Management__Url"];
        Management = FromHere(ManagementUrl);

        // Only the managed build asks for it.
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } runtime)
        {
            environment["DOTNET_ROOT"] = runtime;
        }

        return environment;
    }

    // Whoever listens on all addresses, or on a name that leads nowhere, is reached by loopback.
    private static Uri FromHere(string url) =>
        new(url.Replace("*", "127.0.0.1", StringComparison.Ordinal).Replace("+", "127.0.0.1", StringComparison.Ordinal)
            .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal)
            .Replace("nowhere.invalid", "127.0.0.1", StringComparison.Ordinal));

    private async Task<bool> IsReadyAsync(HttpClient client, CancellationToken cancellation)
    {
        if (_process.HasExited)
        {
            await _process.WaitForExitAsync(StopLimit, cancellation);
            throw new InvalidOperationException($"The shim did not start: {Describe()}");
        }

        try
        {
            using var answer = await client.GetAsync(new Uri(Management, "/healthz/ready"), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
