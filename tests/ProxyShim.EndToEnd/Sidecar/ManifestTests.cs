using System.Net;
using k8s.Models;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>Every example for Kubernetes: that Kubernetes knows what is in it, and that the published program does.</summary>
public sealed class ManifestTests
{
    // Where Kubernetes mounts the token of the service account: /var/run is a link to /run in images.
    private const string ServiceAccount = "/run/secrets/kubernetes.io/serviceaccount";

    public static TheoryData<string> Examples => [Manifest.Sidecar, .. Manifest.Shared, .. Manifest.WithCapture];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task The_shim_takes_every_setting_answers_every_probe_and_converts(string example)
    {
        var manifest = await Manifest.RenderAsync(example);
        await using var neighbours = await Neighbours.StartAsync(Cancellation);
        using var folder = new TemporaryFolder();
        var settings = ShimSettings.Of(manifest, folder);
        neighbours.Take(settings);

        await using var shim = await ShimProcess.StartAsync(settings, Cancellation);

        using var client = new HttpClient();
        foreach (var probe in new[] { manifest.Shim.StartupProbe, manifest.Shim.LivenessProbe, manifest.Shim.ReadinessProbe })
        {
            Assert.Equal(PodMonitor.ManagementPort, (string)probe.HttpGet.Port);
            using var answer = await client.GetAsync(new Uri(shim.Management, probe.HttpGet.Path), Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var management = manifest.Listeners["Management__Url"];
        Assert.Equal(("0.0.0.0", manifest.PortOf(PodMonitor.ManagementPort)), (management.Host, management.Port));
        await neighbours.AssertConvertsAsync(
            shim.Address, shim.Management, settings.TryGetValue("Capture__Url", out var capture) ? new Uri(capture) : null, Cancellation);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task It_is_given_no_more_than_it_needs(string example)
    {
        var manifest = await Manifest.RenderAsync(example);

        // A container's own wins over the pod's.
        var (own, pod) = (manifest.Shim.SecurityContext, manifest.Pod.SecurityContext ?? new());
        Assert.True(own.RunAsNonRoot ?? pod.RunAsNonRoot);
        Assert.Equal(65532, own.RunAsUser ?? pod.RunAsUser);
        Assert.Equal("RuntimeDefault", (own.SeccompProfile ?? pod.SeccompProfile).Type);
        Assert.True(own.ReadOnlyRootFilesystem);
        Assert.False(own.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], own.Capabilities.Drop);
        Assert.Equal(["memory"], manifest.Shim.Resources.Limits.Keys);
        Assert.Equal(["cpu", "memory"], manifest.Shim.Resources.Requests.Keys.Order());
        Assert.DoesNotContain(manifest.Variables.Keys, manifest.Secrets.ContainsKey);
        Assert.All(manifest.SecretMounts, mount => Assert.True(mount.ReadOnlyProperty));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task It_finds_every_secret_where_it_looks(string example)
    {
        var manifest = await Manifest.RenderAsync(example);

        var found = manifest.SecretMounts.SelectMany(mount => mount.SubPath is { } one
            ? [(one, mount.MountPath)]
            : manifest.Secrets.Keys.Select(name => (name, $"{mount.MountPath}/{name}")));

        Assert.Equal(manifest.Secrets.Keys.Select(name => (name, $"/run/secrets/{name}")).Order(), found.Order());
        var secret = Assert.Single(manifest.SecretMounts.Select(manifest.SecretOf).Distinct());
        Assert.All(manifest.All<V1Secret>(), own => Assert.Equal(own.Metadata.Name, secret));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task The_service_accounts_token_is_off_or_has_its_place(string example)
    {
        var manifest = await Manifest.RenderAsync(example);

        // Nobody can make a folder in a secret that is mounted.
        Assert.True(
            manifest.Pod.AutomountServiceAccountToken == false
            || manifest.Shim.VolumeMounts.All(mount => !$"{ServiceAccount}/".StartsWith($"{mount.MountPath}/", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task No_port_of_the_pod_is_taken_twice(string example)
    {
        var manifest = await Manifest.RenderAsync(example);
        var listeners = manifest.Listeners.Values.Select(listener => listener.Port).Order().ToList();

        var others = manifest.Pod.Containers.Where(container => container.Name != manifest.Shim.Name).SelectMany(container => container.Ports);

        Assert.Equal(listeners, listeners.Distinct());
        Assert.Empty(others.Select(port => port.ContainerPort).Intersect(listeners));
        Assert.Subset(listeners.ToHashSet(), manifest.Shim.Ports.Select(port => port.ContainerPort).ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task It_has_the_time_to_drain(string example)
    {
        var manifest = await Manifest.RenderAsync(example);

        var needed = ShimDefaults.ShutdownTimeout.TotalSeconds + (manifest.Shim.Lifecycle?.PreStop.Sleep.Seconds ?? 0);
        Assert.InRange(manifest.Pod.TerminationGracePeriodSeconds!.Value, needed + 1, 600);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task The_image_is_of_this_version(string example)
    {
        await using var shim = await ShimProcess.LaunchAsync(new Dictionary<string, string>(), "--version");
        Assert.Equal(0, await shim.WaitForExitAsync(Cancellation));

        Assert.EndsWith($"/proxyshim:{Assert.Single(shim.Output).Split('+')[0]}", (await Manifest.RenderAsync(example)).Shim.Image, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task A_policy_lets_Prometheus_in_and_names_ports_that_there_are(string example)
    {
        var manifest = await Manifest.RenderAsync(example);
        var policy = manifest.Policy;

        Assert.Subset(manifest.Labels.ToHashSet(), policy.PodSelector.MatchLabels.ToHashSet());
        Assert.Subset(manifest.Labels.ToHashSet(), manifest.Deployment.Spec.Selector.MatchLabels.ToHashSet());
        var names = manifest.Pod.Containers.Append(manifest.Shim).SelectMany(container => container.Ports).Select(port => port.Name).ToHashSet();
        Assert.All(policy.Ingress.SelectMany(rule => rule.Ports), port => Assert.Contains((string)port.Port, names));
        Assert.All(
            manifest.All<V1NetworkPolicy>().SelectMany(each => each.Spec.Ingress).Where(rule => rule.FromProperty is null),
            rule => Assert.DoesNotContain(rule.Ports, port => port.Port == PodMonitor.ManagementPort));
    }
}
