using System.Globalization;
using System.Net;
using ProxyShim.EndToEnd.Container;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The files for Docker Compose.</summary>
public sealed class ComposeTests
{
    private const string BesideAnApp = "beside-an-app.yaml";
    private const string Capture = "capture.yaml";
    private const string QuickStart = "compose.yaml";

    private static readonly Dictionary<string, string?> s_noImages = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BesideAnApp)]
    [InlineData(BesideAnApp, Capture)]
    [InlineData(QuickStart)]
    public async Task Compose_knows_all_that_is_in_it(params string[] files)
    {
        await using var compose = new ComposeProject(files, s_noImages, new Dictionary<string, string> { ["CAPTURE_ORIGIN"] = "https://www.acme.com" });
        Assert.Contains("proxyshim:", await compose.RunAsync("config"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beside_an_app_the_shim_finds_its_Redis_and_its_secrets()
    {
        var image = DockerCli.Image;
        using var folder = new TemporaryFolder();
        WriteSecrets(folder.Path);
        var (port, capture) = (FreePort.Next(), FreePort.Next());
        await using var compose = new ComposeProject(
            [BesideAnApp, Capture],
            new Dictionary<string, string?> { ["proxyshim"] = image },
            new Dictionary<string, string>
            {
                ["MANAGEMENT_PORT"] = port.ToString(CultureInfo.InvariantCulture),
                ["CAPTURE_PORT"] = capture.ToString(CultureInfo.InvariantCulture),
                ["CAPTURE_ORIGIN"] = "https://www.acme.com",
            },
            folder.Path);
        await compose.RunAsync("up", "--detach", "proxyshim");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        // Seen only when Redis has been reached, over the network of the file.
        await Eventually.IsTrueAsync(
            "the shim has looked at its ledger",
            async () => (await ReadAsync(client, "/metrics")).Contains("proxyshim_ledger_depth{", StringComparison.Ordinal), cancellation: Cancellation);
        Assert.Equal("""{"status":"ready","degraded":[]}""", await client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), Cancellation));

        // That of a Redis that evicts, or does not keep what it is told.
        Assert.DoesNotContain("jobs_at_risk", await compose.RunAsync("logs", "proxyshim"), StringComparison.Ordinal);

        // A click gets in from this machine, by the port and with the token that the file gives it.
        using var click = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{capture}/clicks")
        {
            Content = new StringContent("""{"customer_key":"ada","ps_xid":"xid_ada"}"""),
            Headers = { Authorization = new("Bearer", Manifest.OperatorsSecrets["Capture__Token"]) },
        };
        using var reported = await client.SendAsync(click, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, reported.StatusCode);

        // The console that it publishes has its data, and its own commands run in it.
        client.DefaultRequestHeaders.Authorization = new("Bearer", Manifest.OperatorsSecrets["Management__Token"]);
        Assert.NotEmpty(await client.GetStringAsync(new Uri("/admin/overview", UriKind.Relative), Cancellation));
        await compose.RunAsync("exec", "-T", "proxyshim", "/app/proxyshim", "dead-letters", "list");

        var id = await compose.RunAsync("ps", "--quiet", "proxyshim");
        Assert.Equal(
            "true [ALL] [no-new-privileges:true] 65532:65532",
            await DockerCli.RunAsync(
                ["inspect", "--format", "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.Config.User}}", id],
                Cancellation));
        var grace = await DockerCli.RunAsync(["inspect", "--format", "{{.Config.StopTimeout}}", id], Cancellation);
        Assert.InRange(int.Parse(grace, CultureInfo.InvariantCulture), ShimDefaults.ShutdownTimeout.TotalSeconds + 1, 600);
    }

    private static async Task<string> ReadAsync(HttpClient client, string path)
    {
        try
        {
            return await client.GetStringAsync(new Uri(path, UriKind.Relative), Cancellation);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    private static void WriteSecrets(string folder)
    {
        var secrets = Directory.CreateDirectory(Path.Combine(folder, "secrets")).FullName;
        foreach (var (name, value) in Manifest.OperatorsSecrets.Where(secret => secret.Key != "Redis__ConnectionString"))
        {
            File.WriteAllText(Path.Combine(secrets, name), value);
        }
    }
}
