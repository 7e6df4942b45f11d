using k8s.Models;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The shim beside an app, in its pod.</summary>
public sealed class SidecarFormTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    // The three commands from nothing to the first conversion.
    private static readonly IReadOnlyList<string> s_commands = new MarkdownPage("README.md").Lines("sh");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_app_speaks_to_loopback_and_starts_after_the_shim()
    {
        var manifest = await Manifest.RenderAsync(Manifest.Sidecar);

        Assert.Equal("Always", manifest.Shim.RestartPolicy);
        Assert.Equal(manifest.Shim, manifest.Pod.InitContainers[0]);
        Assert.StartsWith(manifest.Variables["Urls"] + "/", VariableOf(App(manifest), "PARTNERSTACK_BASE_URL"), StringComparison.Ordinal);
        Assert.True(new Uri(manifest.Variables["Urls"]).IsLoopback);
    }

    [Fact]
    public async Task All_that_is_the_apps_stays_the_apps()
    {
        var manifest = await Manifest.RenderAsync(Manifest.Sidecar);

        Assert.Null(manifest.Pod.AutomountServiceAccountToken);
        Assert.Null(manifest.Pod.SecurityContext);
        Assert.Empty(manifest.Annotations);
        Assert.Equal(8080, App(manifest).Ports.Single().ContainerPort);
    }

    [Fact]
    public async Task The_page_names_this_version_and_what_there_is()
    {
        var manifest = await Manifest.RenderAsync(Manifest.Sidecar);
        var (deployment, image) = (manifest.Deployment.Metadata, manifest.Shim.Image);

        Assert.Equal(4, s_commands.Count);
        Assert.Equal($"docker build -t {image} . && docker push {image}", s_commands[0]);
        Assert.Equal($"kubectl apply -k config/sidecar/{Manifest.Sidecar}", s_commands[1]);
        Assert.Equal($"kubectl rollout status -n {deployment.NamespaceProperty} deployment/{deployment.Name}", s_commands[2]);
        Assert.StartsWith(
            $"kubectl exec -n {deployment.NamespaceProperty} deployment/{deployment.Name} -c {App(manifest).Name} -- ", s_commands[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_app_converts_with_the_command_of_the_page()
    {
        Require.Program("wget", "wget");
        var python = Require.Program("python3", "python3");
        var manifest = await Manifest.RenderAsync(Manifest.Sidecar);
        await using var neighbours = await Neighbours.StartAsync(Cancellation);
        using var folder = new TemporaryFolder();
        var settings = ShimSettings.Of(manifest, folder);
        neighbours.Take(settings);
        await using var shim = await ShimProcess.StartAsync(settings, Cancellation);

        // The app as its pod has it, with this machine's addresses.
        var script = Path.Combine(folder.Path, "app.py");
        await File.WriteAllTextAsync(script, manifest.All<V1ConfigMap>().Single().Data["app.py"], Cancellation);
        var port = FreePort.Next();
        var baseUrl = VariableOf(App(manifest), "PARTNERSTACK_BASE_URL")
            .Replace(manifest.Variables["Urls"], shim.Address.OriginalString, StringComparison.Ordinal);
        await using var app = ChildProcess.Start(python, [script], new Dictionary<string, string>
        {
            ["PARTNERSTACK_BASE_URL"] = baseUrl,
            ["PARTNERSTACK_PUBLIC_KEY"] = Stand.PublicKey,
            ["PARTNERSTACK_SECRET_KEY"] = Stand.SecretKey,
            ["CLICKS"] = neighbours.Redis.Endpoint,
            ["PORT"] = $"{port}",
        });
        using var browser = new HttpClient();
        var metrics = new Uri(shim.Management, "/metrics");
        await Eventually.IsTrueAsync("the app answers", () => AnswersAsync(browser, port), cancellation: Cancellation);
        await Eventually.IsTrueAsync(
            "the shim has looked at its ledger",
            async () => (await browser.GetStringAsync(metrics, Cancellation)).Contains("proxyshim_ledger_depth{", StringComparison.Ordinal),
            cancellation: Cancellation);

        // What kubectl would run in the pod.
        var command = s_commands[3].Split(" -- ")[1].Replace(":8080/", $":{port}/", StringComparison.Ordinal);
        var answer = await ChildProcess.RunAsync("sh", ["-c", command], s_limit, cancellation: Cancellation);

        Assert.StartsWith("200 converted\n", answer, StringComparison.Ordinal);
        var conversion = Assert.Single(neighbours.PartnerStack.Conversions);
        Assert.Equal(("ada", "xid_ada"), (conversion.CustomerKey, conversion.Xid));
    }

    [Theory]
    [InlineData("example")]
    [InlineData("shared")]
    public async Task The_component_for_the_Prometheus_Operator_finds_the_shim(string form)
    {
        var manifest = Manifest.Parse(await KubernetesTools.OverlayAsync(form, ["pod-monitor"], Cancellation));

        var monitor = manifest.All<PodMonitor>().Single();
        Assert.True(monitor.Selects(manifest.Labels));
        var endpoint = monitor.Spec.PodMetricsEndpoints.Single();
        Assert.Equal((PodMonitor.ManagementPort, "/metrics"), (endpoint.Port, endpoint.Path));
        Assert.NotEqual(0, manifest.PortOf(endpoint.Port));
    }

    private static V1Container App(Manifest manifest) => manifest.Pod.Containers.Single();

    private static string VariableOf(V1Container container, string name) => container.Env.Single(variable => variable.Name == name).Value;

    private static async Task<bool> AnswersAsync(HttpClient browser, int port)
    {
        try
        {
            return (await browser.GetAsync(new Uri($"http://127.0.0.1:{port}/"), Cancellation)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
