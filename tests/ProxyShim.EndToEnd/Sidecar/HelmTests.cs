using System.Text.Json;
using k8s;
using k8s.Models;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The chart of the shared shim; what it renders is judged by <see cref="ManifestTests"/> and <see cref="SharedFormTests"/>.</summary>
public sealed class HelmTests
{
    private const string Existing = "existing";
    private const string Operators = "operators";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Existing)]
    [InlineData(Operators)]
    [InlineData("capture")]
    public async Task Helm_finds_no_fault(string example) => Assert.Contains(
        "0 chart(s) failed",
        await KubernetesTools.RunAsync(
            "helm",
            ["lint", "--strict", KubernetesTools.PathOf("helm", "proxyshim"), "--values", KubernetesTools.PathOf("helm", "examples", $"{example}.yaml")],
            Cancellation),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("replica=3", "'replica'")]
    [InlineData("image.tags=1", "'tags'")]
    [InlineData("tls.certManager.issuers=x", "'issuers'")]
    [InlineData("networkPolicy.redis.port=6379", "'port'")]
    [InlineData("monitoring.podMonitor.enable=true", "'enable'")]
    [InlineData("resources.limit.memory=1Gi", "'limit'")]
    [InlineData("replicas=two", "/replicas")]
    [InlineData("service.port=70000", "/service/port")]
    [InlineData("image.pullPolicy=Sometimes", "/image/pullPolicy")]
    [InlineData("settings.Urls=http://0.0.0.0:80", "Urls")]
    [InlineData("settings.Capture__Url=http://0.0.0.0:8082", "Capture__Url")]
    [InlineData("settings.Capture__Token=cap_back_ends_token", "Capture__Token")]
    [InlineData("settings.Capture__Origins__0=https://www.acme.com", "Capture__Origins__0")]
    [InlineData("capture.origins={https://www.acme.com}", "/capture/enabled")]
    [InlineData("capture.enabled=true,capture.origins={https://www.acme.com/}", "/capture/origins/0")]
    [InlineData("capture.port=8082", "'port'")]
    [InlineData("settings.Delivery__Concurrency=1000000", "/settings/Delivery__Concurrency")]
    [InlineData("secrets.existing=", "/secrets")]
    [InlineData("tls.existing=", "/tls")]
    [InlineData("podDisruptionBudget.minAvailable=2", "podDisruptionBudget.minAvailable")]
    public async Task A_value_that_cannot_work_is_refused_by_its_name(string value, string name)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => KubernetesTools.TemplateAsync(Existing, Cancellation, "--set", value));

        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_and_a_secret_reach_the_program_as_they_were_written()
    {
        var manifest = Manifest.Parse(await KubernetesTools.TemplateAsync(
            Existing,
            Cancellation,
            "--set",
            "secrets.existing=,secrets.values.Management__Token=a:b #c,settings.Redis__WaitReplicas=1,settings.Clicks__Keys__0=click:\\{email\\}"));

        Assert.Equal(("1", "click:{email}"), (manifest.Variables["Redis__WaitReplicas"], manifest.Variables["Clicks__Keys__0"]));
        Assert.Equal("a:b #c", manifest.All<V1Secret>().Single().StringData["Management__Token"]);
    }

    [Fact]
    public async Task Another_secret_is_another_pod()
    {
        var first = await AnnotationsAsync("one");
        Assert.Equal(first, await AnnotationsAsync("one"));
        Assert.NotEqual(first, await AnnotationsAsync("two"));

        static async Task<IReadOnlyDictionary<string, string>> AnnotationsAsync(string token) => Manifest.Parse(await KubernetesTools.TemplateAsync(
            Existing, Cancellation, "--set", $"secrets.existing=,secrets.values.Management__Token={token}")).Annotations;
    }

    [Fact]
    public async Task Kinds_of_operators_are_made_where_the_cluster_knows_them()
    {
        Assert.Empty((await Manifest.RenderAsync($"helm/{Existing}")).All<PodMonitor>());

        var known = Manifest.Parse(await KubernetesTools.TemplateAsync(Existing, Cancellation, "--api-versions", "monitoring.coreos.com/v1/PodMonitor"));

        var monitor = Assert.Single(known.All<PodMonitor>());
        Assert.True(monitor.Selects(known.Labels));
        var endpoint = monitor.Spec.PodMetricsEndpoints.Single();
        Assert.Equal((PodMonitor.ManagementPort, "/metrics"), (endpoint.Port, endpoint.Path));
        Assert.Empty(known.All<PrometheusRule>());
    }

    [Fact]
    public async Task The_certificate_is_for_the_name_that_apps_call()
    {
        var manifest = await Manifest.RenderAsync($"helm/{Operators}");
        var certificate = manifest.All<Certificate>().Single().Spec;

        Assert.Contains("proxyshim.conversions.svc", certificate.DnsNames);
        Assert.Equal("proxyshim-tls", certificate.SecretName);
    }

    [Fact]
    public async Task The_dashboards_and_the_rules_are_those_of_the_repository()
    {
        var manifest = await Manifest.RenderAsync($"helm/{Operators}");
        var dashboards = Directory.GetFiles(Path.Combine(Repository.Root, "config", "dashboards"), "*.json");

        Assert.NotEmpty(dashboards);
        var shown = manifest.All<V1ConfigMap>().Where(map => map.Metadata.Labels.ContainsKey("grafana_dashboard")).SelectMany(map => map.Data).ToDictionary();
        Assert.Equal(dashboards.ToDictionary(file => Path.GetFileName(file), File.ReadAllText), shown);
        var file = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "config", "alerts", "proxyshim.rules.yml"), Cancellation);
        var rules = KubernetesYaml.Deserialize<RuleFile>(file, strict: true);
        Assert.NotEmpty(rules.Groups);
        Assert.Equal(JsonSerializer.Serialize(rules), JsonSerializer.Serialize(manifest.All<PrometheusRule>().Single().Spec));
    }

    [Fact]
    public async Task The_charts_test_asks_the_shim_itself()
    {
        var manifest = await Manifest.RenderAsync($"helm/{Existing}");
        var pod = manifest.All<V1Pod>().Single();
        var asked = new Uri(pod.Spec.Containers.Single().Args[1]);
        var service = manifest.All<V1Service>().Single(service => service.Metadata.Name == asked.Host);

        Assert.Equal((asked.Port, PodMonitor.ManagementPort), (service.Spec.Ports.Single().Port, (string)service.Spec.Ports.Single().TargetPort));
        Assert.Subset(manifest.Labels.ToHashSet(), service.Spec.Selector.ToHashSet());
        Assert.Equal(manifest.Shim.Image, pod.Spec.Containers.Single().Image);
        var admitted = manifest.Policy.Ingress
            .Where(rule => rule.Ports.Any(port => port.Port == PodMonitor.ManagementPort))
            .SelectMany(rule => rule.FromProperty);
        Assert.Contains(admitted, peer => peer.PodSelector is { } selector && selector.MatchLabels.All(pod.Metadata.Labels.Contains));

        // And the program answers that question.
        using var folder = new TemporaryFolder();
        await using var shim = await ShimProcess.StartAsync(ShimSettings.Of(manifest, folder), Cancellation);
        var here = shim.Management.OriginalString.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using var health = await ShimProcess.LaunchAsync(
            new Dictionary<string, string>(), [.. pod.Spec.Containers.Single().Args.Select(word => word == asked.OriginalString ? here : word)]);
        Assert.Equal(0, await health.WaitForExitAsync(Cancellation));
    }
}
