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
    private const string ManagementPort = "proxyshim-mgmt";

    private static readonly string[] s_listeners = ["Urls", "Management__Url"];

    // Where Kubernetes mounts the token of the service account: /var/run is a link to /run in images.
    private const string ServiceAccount = "/run/secrets/kubernetes.io/serviceaccount";

    private static PodMonitor Monitor => Manifest.Read("podmonitor.yaml").OfType<PodMonitor>().Single();

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
        foreach (var listener in s_listeners)
        {
            settings[listener] = $"{new Uri(given[listener]).Scheme}://127.0.0.1:{FreePort.Next()}";
        }

        await using var shim = await ShimProcess.StartAsync(settings, Cancellation);
        using var client = new HttpClient();
        foreach (var probe in new[] { manifest.Shim.StartupProbe, manifest.Shim.LivenessProbe, manifest.Shim.ReadinessProbe })
        {
            Assert.Equal(ManagementPort, (string)probe.HttpGet.Port);
            using var answer = await client.GetAsync(new Uri(shim.Management, probe.HttpGet.Path), Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(manifest.PortOf(ManagementPort), new Uri(given["Management__Url"]).Port);
        Assert.Equal("0.0.0.0", new Uri(given["Management__Url"]).Host);
        var metrics = Monitor.Spec.PodMetricsEndpoints.Single();
        Assert.Equal(ManagementPort, metrics.Port);
        Assert.NotEmpty(await client.GetStringAsync(new Uri(shim.Management, metrics.Path), Cancellation));
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
        Assert.Equal(["memory"], manifest.Shim.Resources.Limits.Keys);
        Assert.Equal(["cpu", "memory"], manifest.Shim.Resources.Requests.Keys.Order());
        Assert.DoesNotContain(manifest.Variables.Keys, manifest.Secrets.ContainsKey);
        Assert.All(manifest.MountsOf(manifest.Single<V1Secret>().Metadata.Name), mount => Assert.True(mount.ReadOnlyProperty));
    }

    [Theory]
    [InlineData(SidecarForm)]
    [InlineData(SharedForm)]
    public void It_finds_every_secret_where_it_looks(string file)
    {
        var manifest = new Manifest(file);

        var found = manifest.MountsOf(manifest.Single<V1Secret>().Metadata.Name)
            .SelectMany(mount => mount.SubPath is { } one ? [(one, mount.MountPath)] : manifest.Secrets.Keys.Select(name => (name, $"{mount.MountPath}/{name}")));

        Assert.Equal(manifest.Secrets.Keys.Select(name => (name, $"/run/secrets/{name}")).Order(), found.Order());
    }

    [Theory]
    [InlineData(SidecarForm)]
    [InlineData(SharedForm)]
    public void The_service_accounts_token_is_off_or_has_its_place(string file)
    {
        var manifest = new Manifest(file);

        // Nobody can make a folder in a secret that is mounted.
        Assert.True(
            manifest.Pod.AutomountServiceAccountToken == false
            || manifest.Shim.VolumeMounts.All(mount => !$"{ServiceAccount}/".StartsWith($"{mount.MountPath}/", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(SidecarForm)]
    [InlineData(SharedForm)]
    public void No_port_of_the_pod_is_taken_twice(string file)
    {
        var manifest = new Manifest(file);
        var listeners = s_listeners.Select(name => new Uri(manifest.Variables[name]).Port).Order().ToList();

        var others = manifest.Pod.Containers.Where(container => container.Name != manifest.Shim.Name).SelectMany(container => container.Ports);

        Assert.Equal(listeners, listeners.Distinct());
        Assert.Empty(others.Select(port => port.ContainerPort).Intersect(listeners));
        Assert.Subset(listeners.ToHashSet(), manifest.Shim.Ports.Select(port => port.ContainerPort).ToHashSet());
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
        Assert.Contains(policy.Ingress, rule => rule.FromProperty is not null && rule.Ports.Any(port => port.Port == ManagementPort));
        Assert.DoesNotContain(policy.Ingress, rule => rule.FromProperty is null && rule.Ports.Any(port => port.Port == ManagementPort));
    }

    [Fact]
    public void Beside_an_app_all_that_is_the_apps_stays_the_apps()
    {
        var manifest = new Manifest(SidecarForm);

        Assert.Null(manifest.Pod.AutomountServiceAccountToken);
        Assert.Empty(manifest.Annotations);
        Assert.Equal(8080, manifest.Pod.Containers.Single().Ports.Single().ContainerPort);
    }

    [Fact]
    public void Both_forms_are_scraped_by_the_name_of_the_port()
    {
        var shared = new Manifest(SharedForm);

        Assert.All(new[] { new Manifest(SidecarForm), shared }, manifest => Assert.True(Monitor.Selects(manifest.Labels)));
        Assert.Equal($"{shared.PortOf(ManagementPort)}", shared.Annotations["prometheus.io/port"]);
        Assert.Equal(Monitor.Spec.PodMetricsEndpoints.Single().Path, shared.Annotations["prometheus.io/path"]);
    }

    [Theory]
    [InlineData("a Redis of its own", "clicks", 6379)]
    [InlineData("with TLS", "clicks", 6380)]
    [InlineData("Sentinel", "clicks", 26379)]
    [InlineData("a collector, by gRPC", "monitoring", 4317)]
    [InlineData("a collector, by HTTP", "monitoring", 4318)]
    [InlineData("PartnerStack", "93.184.215.14", 443)]
    [InlineData("PartnerStack over IPv6", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", 443)]
    [InlineData("DNS through the cache on the node", "169.254.20.10", 53, "UDP")]
    [InlineData("its long answers", "169.254.20.10", 53)]
    public void The_shared_form_reaches_what_it_can_be_set_up_to_use(string what, string target, int port, string protocol = "TCP")
        => Assert.True(Egress.Allows(new Manifest(SharedForm), target, port, protocol), what);

    [Theory]
    [InlineData("clicks", 22)]
    [InlineData("default", 6379)]
    [InlineData("93.184.215.14", 80)]
    [InlineData("93.184.215.14", 443, "UDP")]
    public void It_reaches_nothing_else(string target, int port, string protocol = "TCP")
        => Assert.False(Egress.Allows(new Manifest(SharedForm), target, port, protocol));

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
        Assert.Equal("/run/tls", Assert.Single(manifest.MountsOf("proxyshim-tls")).MountPath);

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
