using System.Globalization;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Container;

/// <summary>A container of the image that is shipped.</summary>
internal sealed class ShimContainer : IAsyncDisposable
{
    /// <summary>Those of a strict platform.</summary>
    public static readonly IReadOnlyList<string> Restrictions =
        ["--read-only", "--cap-drop=ALL", "--security-opt", "no-new-privileges", "--user", "65532", "--memory", "64m"];

    // The image's own health check may begin ten seconds after the start.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly string _name = $"proxyshim-test-{Guid.NewGuid():N}";

    private ShimContainer(Uri address) => Address = address;

    /// <summary>What legacy apps call.</summary>
    public Uri Address { get; }

    /// <summary>Starts one on the network of this machine and waits until its health check says that it is well.</summary>
    /// <param name="settings">By their names.</param>
    /// <param name="options">More of <c>docker run</c>'s.</param>
    public static Task<ShimContainer> StartAsync(IReadOnlyDictionary<string, string> settings, IEnumerable<string> options, CancellationToken cancellation)
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        var all = new Dictionary<string, string>(settings) { ["Urls"] = address, ["Management:Url"] = $"http://127.0.0.1:{FreePort.Next()}" };
        return RunAsync(new Uri(address), all, ["--network", "host", "--health-interval", "1s", .. options], cancellation);
    }

    /// <summary>The same on a network of its own, which nothing reaches: it listens and is looked after as the image says.</summary>
    public static Task<ShimContainer> StartAloneAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
        => RunAsync(new Uri("http://0.0.0.0:8080"), settings, ["--network", "none", .. Restrictions], cancellation);

    private static async Task<ShimContainer> RunAsync(
        Uri address, IReadOnlyDictionary<string, string> settings, IEnumerable<string> options, CancellationToken cancellation)
    {
        var container = new ShimContainer(address);
        await DockerCli.RunAsync(
            [
                "run", "--detach", "--name", container._name, .. options,
                .. settings.SelectMany(setting => new[] { "--env", $"{setting.Key.Replace(":", "__", StringComparison.Ordinal)}={setting.Value}" }),
                DockerCli.Image,
            ],
            cancellation);
        try
        {
            await Eventually.IsTrueAsync("the container is healthy", () => container.IsHealthyAsync(cancellation), s_limit, cancellation);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>Something of the engine's account of it.</summary>
    public Task<string> InspectAsync(string format, CancellationToken cancellation) => DockerCli.RunAsync(["inspect", "--format", format, _name], cancellation);

    /// <summary>What has changed in its file system.</summary>
    public Task<string> DiffAsync(CancellationToken cancellation) => DockerCli.RunAsync(["diff", _name], cancellation);

    /// <summary>Asks it to stop, and kills it when it still runs after so long.</summary>
    /// <returns>Its exit code, 137 when it was killed.</returns>
    public async Task<int> StopAsync(TimeSpan grace, CancellationToken cancellation)
    {
        await DockerCli.RunAsync(["stop", "--time", grace.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture), _name], cancellation);
        return int.Parse(await InspectAsync("{{.State.ExitCode}}", cancellation), CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await DockerCli.RunAsync(["rm", "--force", "--volumes", _name], CancellationToken.None);

    private async Task<bool> IsHealthyAsync(CancellationToken cancellation) => await InspectAsync("{{.State.Status}} {{.State.Health.Status}}", cancellation) switch
    {
        "running healthy" => true,
        var state when state.StartsWith("exited", StringComparison.Ordinal)
            => throw new InvalidOperationException($"The container did not start: {(await DockerCli.TryAsync(["logs", _name], cancellation)).Output}"),
        _ => false,
    };
}
