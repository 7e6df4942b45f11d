using System.Runtime.Versioning;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary><c>config/sidecar/REMOVING.md</c>: what an operator is told to look for is what the shim says.</summary>
[RedisSuite]
[UnsupportedOSPlatform("windows")]
public sealed class RemovingTests(TestRedis redis)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(40);
    private static readonly IReadOnlyList<string> s_lines = new MarkdownPage("REMOVING.md").Lines("");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_mode_off_the_ledger_empties_itself_and_says_so()
    {
        var expected = s_lines.Where(line => line.StartsWith("proxyshim_", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, expected.Count);
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Verification:Grace", "00:00:02"));
        await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);
        using var client = new HttpClient();
        await Eventually.IsTrueAsync(
            "the conversion waits to be read back",
            async () => !await SaysAllAsync(client, stand.Shim, expected), cancellation: Cancellation);

        await stand.Shim.StopAsync(Cancellation);
        await using var off = await ShimProcess.StartAsync(stand.SettingsWith(("Rollout:Mode", "Off")), Cancellation);

        await Eventually.IsTrueAsync("nothing is due and nothing unverified", () => SaysAllAsync(client, off, expected), cancellation: Cancellation);
        Assert.Single(stand.Conversions);
    }

    [Fact]
    public async Task The_question_waits_for_the_way_to_the_pod()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        var kubectl = Path.Combine(folder.Path, "kubectl");

        // A cluster's takes a moment, too, until it listens; then each connection goes to the pod.
        File.WriteAllText(
            kubectl,
            $"""
            #!{Require.Program("python3", "python3")}
            import http.server, os, threading, time, urllib.request
            threading.Timer(20, os._exit, [1]).start()
            class Pod(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200); self.end_headers()
                    self.wfile.write(urllib.request.urlopen("{stand.Shim.Management.OriginalString}" + self.path).read())
            time.sleep(1)
            http.server.HTTPServer(("127.0.0.1", {port}), Pod).serve_forever()
            """);
        File.SetUnixFileMode(kubectl, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Require.Program("curl", "curl");
        var command = s_lines.Single(line => line.StartsWith("kubectl port-forward", StringComparison.Ordinal))
            .Replace(":8081", $":{port}", StringComparison.Ordinal);
        var environment = new Dictionary<string, string> { ["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}" };

        var answer = await ChildProcess.RunAsync("bash", ["-c", command], s_limit, environment, Cancellation);

        Assert.Contains("""proxyshim_ledger_depth{list="due"} 0""", answer, StringComparison.Ordinal);
    }

    private static async Task<bool> SaysAllAsync(HttpClient client, ShimProcess shim, List<string> expected)
    {
        var metrics = (await client.GetStringAsync(new Uri(shim.Management, "/metrics"), Cancellation)).Split('\n');
        return metrics.Any(line => line.StartsWith("proxyshim_ledger_depth{", StringComparison.Ordinal)) && expected.All(metrics.Contains);
    }
}
