using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using k8s.Models;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The examples for Kubernetes: that Kubernetes knows what is in them, and that the published program does.</summary>
public sealed class ManifestTests
{
    private const string SidecarForm = "sidecar.yaml";
    private const string SharedForm = "shared.yaml";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SidecarForm)]
    [InlineData(SharedForm)]
    public async Task The_shim_takes_every_setting_and_answers_every_probe(string file)
    {
        var manifest = new Manifest(file);
        using var folder = new TemporaryFolder();
        WriteCertificate(folder);
        var given = manifest.Variables.Concat(manifest.Secrets).ToDictionary(setting => setting.Key, setting => setting.Value);

        // What only a cluster has: the ports, and the folder of the certificate.
        var settings = given.ToDictionary(setting => setting.Key, setting => setting.Value.Replace("/run/tls/", folder.Path + "/", StringComparison.Ordinal));
        foreach (var listener in new[] { "Urls", "Management__Url" })
        {
            settings[listener] = $"{new Uri(given[listener]).Scheme}://127.0.0.1:{FreePort.Next()}";
        }

        await using var shim = await ShimProcess.StartAsync(settings, Cancellation);
        using var client = new HttpClient();
        foreach (var probe in new[] { manifest.Shim.StartupProbe, manifest.Shim.LivenessProbe, manifest.Shim.ReadinessProbe })
        {
            Assert.Equal("management", (string)probe.HttpGet.Port);
            using var answer = await client.GetAsync(new Uri(shim.Management, probe.HttpGet.Path), Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(manifest.PortOf("management"), new Uri(given["Management__Url"]).Port);
        Assert.Equal("0.0.0.0", new Uri(given["Management__Url"]).Host);
        Assert.Equal($"{manifest.PortOf("management")}", manifest.Annotations["prometheus.io/port"]);
        Assert.NotEmpty(await client.GetStringAsync(new Uri(shim.Management, manifest.Annotations["prometheus.io/path"]), Cancellation));
    }

    [Theory]
    [InlineData(SidecarForm)]
    [InlineData(SharedForm)]
    public void It_is_given_no_more_than_it_needs(string file)
    {
        var manifest = new Manifest(file);

        // A container's own wins over the pod's.
        var (own, pod) = (manifest.Shim.SecurityContext, manifest.Pod.SecurityContext);
        Assert.True(own.RunAsNonRoot ?? pod.RunAsNonRoot);
        Assert.Equal(65532, own.RunAsUser ?? pod.RunAsUser);
        Assert.Equal("RuntimeDefault", (own.SeccompProfile ?? pod.SeccompProfile).Type);
        Assert.True(own.ReadOnlyRootFilesystem);
        Assert.False(own.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], own.Capabilities.Drop);
        Assert.False(manifest.Pod.AutomountServiceAccountToken);
        Assert.Equal(["memory"], manifest.Shim.Resources.Limits.Keys);
        Assert.Equal(["cpu", "memory"], manifest.Shim.Resources.Requests.Keys.Order());
        Assert.DoesNotContain(manifest.Variables.Keys, manifest.Secrets.ContainsKey);
        var secrets = manifest.MountOf(manifest.Single<V1Secret>().Metadata.Name);
        Assert.Equal(("/run/secrets", true), (secrets.MountPath, secrets.ReadOnlyProperty));
    }

    [Theory]
    [InlineData(SidecarForm)]
    [InlineData(SharedForm)]
    public void It_has_the_time_to_drain(string file)
    {
        var manifest = new Manifest(file);

        var needed = ShimDefaults.ShutdownTimeout.TotalSeconds + (manifest.Shim.Lifecycle?.PreStop.Sleep.Seconds ?? 0);
        Assert.InRange(manifest.Pod.TerminationGracePeriodSeconds!.Value, needed + 1, 600);
    }

    [Theory]
    [InlineData(SidecarForm)]
    [InlineData(SharedForm)]
    public async Task The_image_is_of_this_version(string file)
    {
        await using var shim = await ShimProcess.LaunchAsync(new Dictionary<string, string>(), "--version");
        Assert.Equal(0, await shim.WaitForExitAsync(Cancellation));

        Assert.EndsWith($"/proxyshim:{Assert.Single(shim.Output).Split('+')[0]}", new Manifest(file).Shim.Image, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SidecarForm)]
    [InlineData(SharedForm)]
    public void A_policy_lets_Prometheus_in_and_names_ports_that_there_are(string file)
    {
        var manifest = new Manifest(file);
        var policy = manifest.Single<V1NetworkPolicy>().Spec;

        Assert.Equal(manifest.Labels, policy.PodSelector.MatchLabels.AsReadOnly());
        Assert.Equal(manifest.Labels, manifest.Selector);
        var names = manifest.Pod.Containers.Append(manifest.Shim).SelectMany(container => container.Ports).Select(port => port.Name).ToHashSet();
        Assert.All(policy.Ingress.SelectMany(rule => rule.Ports), port => Assert.Contains((string)port.Port, names));
        Assert.Contains(policy.Ingress, rule => rule.FromProperty is not null && rule.Ports.Any(port => port.Port == "management"));
        Assert.DoesNotContain(policy.Ingress, rule => rule.FromProperty is null && rule.Ports.Any(port => port.Port == "management"));
    }

    [Fact]
    public void In_a_pod_the_app_speaks_to_loopback_and_starts_after_the_shim()
    {
        var manifest = new Manifest(SidecarForm);

        Assert.Equal("Always", manifest.Shim.RestartPolicy);
        Assert.Contains(manifest.Shim, manifest.Pod.InitContainers);
        Assert.StartsWith(manifest.Variables["Urls"] + "/", manifest.Pod.Containers.Single().Env.Single().Value, StringComparison.Ordinal);
        Assert.True(new Uri(manifest.Variables["Urls"]).IsLoopback);
    }

    [Fact]
    public void Across_the_network_the_legacy_listener_speaks_TLS_and_one_replica_is_always_there()
    {
        var manifest = new Manifest(SharedForm);
        var service = Assert.Single(manifest.Single<V1Service>().Spec.Ports);
        var legacy = new Uri(manifest.Variables["Urls"]);

        Assert.Equal(("https", manifest.PortOf("legacy")), (legacy.Scheme, legacy.Port));
        Assert.Equal((443, "legacy"), (service.Port, (string)service.TargetPort));
        Assert.Equal(manifest.Labels, manifest.Single<V1Service>().Spec.Selector.AsReadOnly());
        Assert.Equal("/run/tls", manifest.MountOf("proxyshim-tls").MountPath);

        var budget = manifest.Single<V1PodDisruptionBudget>().Spec;
        Assert.Equal(manifest.Labels, budget.Selector.MatchLabels.AsReadOnly());
        Assert.InRange(int.Parse(budget.MinAvailable, System.Globalization.CultureInfo.InvariantCulture), 1, manifest.Single<V1Deployment>().Spec.Replicas!.Value - 1);
        Assert.Equal("0", (string)manifest.Single<V1Deployment>().Spec.Strategy.RollingUpdate.MaxUnavailable);
    }

    private static void WriteCertificate(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=proxyshim", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(folder.Path, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder.Path, "tls.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
