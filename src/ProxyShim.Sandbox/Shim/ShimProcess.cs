using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox.Shim;

/// <summary>The shim as a user runs it: a process of its own, given nothing but environment variables.</summary>
internal sealed class ShimProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);

    // The shim's own limit to drain is ShutdownTimeout, 25 s (config/settings.md).
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_readyInterval = TimeSpan.FromMilliseconds(50);

    // Minutes by default, for the real lag; here a user is watching.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_graceBeyondLag = TimeSpan.FromSeconds(1);

    private readonly Process _process;

    private ShimProcess(ShimEndpoints endpoints, Process process, ShimLog log)
    {
        Endpoints = endpoints;
        Log = log;
        _process = process;
    }

    /// <summary>How long the sandbox's waits for a click that is not there when the app calls.</summary>
    public static TimeSpan HoldFor { get; } = TimeSpan.FromSeconds(4);

    /// <summary>Where it is. Its token is another one each time: who answers to it is this shim, not another sandbox's on the same port.</summary>
    public ShimEndpoints Endpoints { get; }

    /// <summary>What it prints.</summary>
    public ShimLog Log { get; }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Ends when the process does.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts it on ports that look free, and returns when it is ready.</summary>
    /// <param name="site">Whose pages may report clicks.</param>
    /// <param name="log">What it prints goes there; disposed with it.</param>
    /// <exception cref="ShimEndedException">It ended instead.</exception>
    /// <exception cref="TimeoutException">It is not ready in time.</exception>
    public static async Task<ShimProcess> StartAsync(
        EmbeddedRedis redis, SimulatedPartnerStack partnerStack, Uri site, ShimLog log, CancellationToken cancellationToken)
    {
        var endpoints = new ShimEndpoints(
            Ports.Address(Ports.Shim),
            Ports.Address(Ports.Management),
            $"console_{Random.Shared.GetHexString(8, lowercase: true)}",
            Ports.Address(Ports.Capture),
            HoldFor);
        var process = new Process { StartInfo = StartInfo(Settings(endpoints, redis, partnerStack, site)) };
        var shim = new ShimProcess(endpoints, process, log);
        shim.Run();
        try
        {
            await shim.WaitUntilReadyAsync(cancellationToken);
            return shim;
        }
        catch
        {
            await shim.DisposeAsync();
            throw;
        }
    }

    /// <summary>To end quietly is no failure: a Ctrl-C reaches it as well.</summary>
    /// <exception cref="ShimEndedException">It has ended with another exit code than 0.</exception>
    public void ThrowIfFailed()
    {
        if (_process.HasExited && _process.ExitCode != 0)
        {
            throw new ShimEndedException(_process.ExitCode, Log);
        }
    }

    /// <summary>SIGTERM, and SIGKILL when it has not ended by the time it promised to.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signals.Terminate(_process);
        }

        // It has ended only when its last line has been read.
        try
        {
            await Ended.WaitAsync(s_stopLimit, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await Ended;
        }

        _process.Dispose();
        await Log.DisposeAsync();
    }

    // Each is explained in config/settings.md.
    private static Dictionary<string, string> Settings(ShimEndpoints endpoints, EmbeddedRedis redis, SimulatedPartnerStack partnerStack, Uri site)
    {
        var settings = new Dictionary<string, string>
        {
            ["Urls"] = endpoints.Address.ToString(),
            ["Management__Url"] = endpoints.Management.ToString(),
            ["Management__Token"] = endpoints.ManagementToken,
            ["Capture__Url"] = endpoints.Capture.ToString(),

            // By either name, as a person may type it.
            ["Capture__Origins__0"] = site.ToString(),
            ["Capture__Origins__1"] = $"http://localhost:{site.Port}",
            ["CustomerApi__Address"] = partnerStack.CustomerApiAddress.ToString(),
            ["CustomerApi__PublicKey"] = SampleKeys.Vendor.PublicKey,
            ["CustomerApi__SecretKey"] = SampleKeys.Vendor.SecretKey,
            ["ConversionApi__Address"] = partnerStack.ConversionApiAddress.ToString(),
            ["ConversionApi__Token"] = SampleKeys.ConversionToken,
            ["Redis__ConnectionString"] = redis.ConnectionString,

            // This is the managed build, on whatever machine: its first call has code to compile before it comes to Redis.
            ["Redis__Timeout"] = "00:00:05",

            // The demo site's page and its back-end race.
            ["Conversions__OnMiss"] = "Hold",
            ["Conversions__HoldFor"] = Text(endpoints.HoldFor),
            ["Delivery__Schedule__0"] = Text(s_pause),
            ["Verification__Grace"] = Text(partnerStack.Lag + s_graceBeyondLag),
            ["Verification__Interval"] = Text(s_interval),
            ["Privacy__PseudonymKey"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("a key that is no secret at all, for the sandbox only")),
        };
        foreach (var (index, template) in ClickKey.Templates.Index())
        {
            settings[$"Clicks__Keys__{index}"] = template;
        }

        return settings;
    }

    private static string Text(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);

    private static ProcessStartInfo StartInfo(Dictionary<string, string> settings)
    {
        // The dotnet that runs this runs the shim too, wherever it is installed.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "proxyshim.dll")])
        {
            // The keys are the tour's.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // Not the current directory: an appsettings.json there belongs to another program.
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private void Run()
    {
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Ended = _process.WaitForExitAsync();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            Log.Write(text);
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_startLimit);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Endpoints.ManagementToken);
        try
        {
            while (!await IsReadyAsync(client, limit.Token))
            {
                if (Ended.IsCompleted)
                {
                    throw new ShimEndedException(_process.ExitCode, Log);
                }

                await Task.Delay(s_readyInterval, TimeProvider.System, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The shim is not ready after {s_startLimit}; its log is {Log.File}.");
        }
    }

    private async Task<bool> IsReadyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            // The same question to another sandbox's shim is answered with 401.
            using var response = await client.GetAsync(new Uri(Endpoints.Management, "admin/overview"), cancellationToken);
            return response.StatusCode is HttpStatusCode.OK
                && JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).GetProperty("state").GetString() == "ready";
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
