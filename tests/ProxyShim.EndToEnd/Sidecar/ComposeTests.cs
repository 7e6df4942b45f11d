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
    private const string PartnerStackVariable = "PROXYSHIM_TEST_PARTNERSTACK_IMAGE";
    private const string PythonVariable = "PROXYSHIM_TEST_PYTHON_IMAGE";

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

    [Fact]
    public async Task In_the_quick_start_a_visitor_is_converted_and_everybody_is_told_where_to_look()
    {
        var partnerStack = Environment.GetEnvironmentVariable(PartnerStackVariable);
        Require.That(
            partnerStack is { Length: > 0 },
            "no image of the simulated PartnerStack is named",
            $"docker build -t partnerstack -f config/sidecar/compose/partnerstack.Dockerfile . && export {PartnerStackVariable}=partnerstack");
        var (site, management) = (FreePort.Next(), FreePort.Next());
        await using var compose = new ComposeProject(
            [QuickStart],
            new Dictionary<string, string?>
            {
                ["proxyshim"] = DockerCli.Image,
                ["partnerstack"] = partnerStack,
                ["site"] = Environment.GetEnvironmentVariable(PythonVariable),
            },
            new Dictionary<string, string>
            {
                ["SITE_PORT"] = site.ToString(CultureInfo.InvariantCulture),
                ["MANAGEMENT_PORT"] = management.ToString(CultureInfo.InvariantCulture),
            });
        await compose.RunAsync("up", "--detach", "--no-build");
        using var visitor = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{site}") };
        await Eventually.IsTrueAsync(
            "the visitor has followed the partner's link", async () => await IsThereAsync(visitor, "/?ps_xid=xid_ada"), cancellation: Cancellation);

        // The cookie of the click is the browser's to send back.
        using var form = new FormUrlEncodedContent([new("customer", "ada")]);
        using var answer = await visitor.PostAsync(new Uri("/sign-up", UriKind.Relative), form, Cancellation);

        Assert.StartsWith("200 converted\n", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await Eventually.IsTrueAsync(
            "PartnerStack's log shows the conversion",
            async () => (await compose.RunAsync("logs", "partnerstack")).Contains("\"xid\":\"xid_ada\"", StringComparison.Ordinal),
            cancellation: Cancellation);
        var told = await compose.RunAsync("logs", "site");
        Assert.Contains($"http://127.0.0.1:{site}", told, StringComparison.Ordinal);
        Assert.Contains($"http://127.0.0.1:{management}", told, StringComparison.Ordinal);
    }

    private static async Task<bool> IsThereAsync(HttpClient client, string path)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
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
