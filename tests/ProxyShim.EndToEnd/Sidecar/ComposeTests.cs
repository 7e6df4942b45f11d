using System.Globalization;
using ProxyShim.EndToEnd.Container;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The example for Docker Compose.</summary>
public sealed class ComposeTests
{
    /// <summary>The image for Redis, where the one of the file cannot be pulled; the same as for Testcontainers.</summary>
    private const string RedisImageVariable = "PROXYSHIM_TEST_REDIS_IMAGE";

    private const string ManagementToken = "mgt_operators_token";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private static readonly string s_file = Path.Combine(Repository.Root, "config", "sidecar", "compose", "compose.yaml");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Compose_knows_all_that_is_in_it()
        => Assert.Contains("proxyshim:", await ChildProcess.RunAsync(Program(), ["--file", s_file, "config"], s_limit, cancellation: Cancellation), StringComparison.Ordinal);

    [Fact]
    public async Task It_runs_and_the_shim_finds_its_Redis_and_its_secrets()
    {
        var (compose, image) = (Program(), DockerCli.Image);
        using var folder = new TemporaryFolder();
        File.Copy(s_file, Path.Combine(folder.Path, "compose.yaml"));
        WriteSecrets(folder.Path);

        // What cannot be pulled has another name here; everything else is as it stands in the file.
        var redis = Environment.GetEnvironmentVariable(RedisImageVariable) is { Length: > 0 } given ? $"\n  redis: {{ image: \"{given}\" }}" : "";
        File.WriteAllText(Path.Combine(folder.Path, "images.yaml"), $"services:\n  proxyshim: {{ image: \"{image}\" }}{redis}\n");
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        try
        {
            await ComposeAsync("up", "--detach", "proxyshim");
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

            // Seen only when Redis has been reached, over the network of the file.
            await Eventually.IsTrueAsync("the shim has looked at its ledger", async () => (await MetricsAsync(client)).Contains("proxyshim_ledger_depth{", StringComparison.Ordinal), cancellation: Cancellation);
            Assert.Equal("""{"status":"ready","degraded":[]}""", await client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), Cancellation));

            // That of a Redis that evicts, or does not keep what it is told.
            Assert.DoesNotContain("jobs_at_risk", await ComposeAsync("logs", "proxyshim"), StringComparison.Ordinal);

            // The console that it publishes has its data, and its own commands run in it.
            client.DefaultRequestHeaders.Authorization = new("Bearer", ManagementToken);
            Assert.NotEmpty(await client.GetStringAsync(new Uri("/admin/overview", UriKind.Relative), Cancellation));
            await ComposeAsync("exec", "-T", "proxyshim", "/app/proxyshim", "dead-letters", "list");

            var id = await ComposeAsync("ps", "--quiet", "proxyshim");
            Assert.Equal(
                "true [ALL] [no-new-privileges:true] 65532:65532",
                await DockerCli.RunAsync(
                    ["inspect", "--format", "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.Config.User}}", id], Cancellation));
            var grace = await DockerCli.RunAsync(["inspect", "--format", "{{.Config.StopTimeout}}", id], Cancellation);
            Assert.InRange(int.Parse(grace, CultureInfo.InvariantCulture), ShimDefaults.ShutdownTimeout.TotalSeconds + 1, 600);
        }
        finally
        {
            await ComposeAsync("down", "--volumes");
        }

        Task<string> ComposeAsync(params string[] words) => ChildProcess.RunAsync(
            compose,
            ["--project-directory", folder.Path, "--file", Path.Combine(folder.Path, "compose.yaml"), "--file", Path.Combine(folder.Path, "images.yaml"), .. words],
            s_limit,
            Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
                .Append(new System.Collections.DictionaryEntry("MANAGEMENT_PORT", port))
                .ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!),
            CancellationToken.None);
    }

    private static string Program() => Require.Program("docker-compose", "docker-compose");

    private static async Task<string> MetricsAsync(HttpClient client)
    {
        try
        {
            return await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    private static void WriteSecrets(string folder)
    {
        var secrets = Directory.CreateDirectory(Path.Combine(folder, "secrets")).FullName;
        foreach (var (name, value) in new[]
        {
            ("CustomerApi__PublicKey", "pk_vendor"), ("CustomerApi__SecretKey", "sk_vendor"), ("ConversionApi__Token", "tok_vendor"),
            ("Management__Token", ManagementToken), ("Privacy__PseudonymKey", Convert.ToBase64String(new byte[32])),
        })
        {
            File.WriteAllText(Path.Combine(secrets, name), value);
        }
    }
}
