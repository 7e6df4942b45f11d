using System.Globalization;
using k8s.Models;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The shim for several apps, however it is installed.</summary>
public sealed class SharedFormTests
{
    public static TheoryData<string> Examples => [.. Manifest.Shared];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Across_the_network_the_legacy_listener_speaks_TLS_and_one_replica_is_always_there(string example)
    {
        var manifest = await Manifest.RenderAsync(example);
        var offered = manifest.All<V1Service>().Single(service => service.Metadata.Annotations?.ContainsKey("helm.sh/hook") != true).Spec;
        var service = Assert.Single(offered.Ports);
        var legacy = new Uri(manifest.Variables["Urls"]);

        Assert.Equal(("https", manifest.PortOf("legacy")), (legacy.Scheme, legacy.Port));
        Assert.Equal((443, "legacy"), (service.Port, (string)service.TargetPort));
        Assert.Subset(manifest.Labels.ToHashSet(), offered.Selector.ToHashSet());
        var certificate = Assert.Single(manifest.Shim.VolumeMounts, mount => mount.MountPath == "/run/tls");
        Assert.Equal("proxyshim-tls", manifest.SecretOf(certificate));

        var budget = manifest.All<V1PodDisruptionBudget>().Single().Spec;
        Assert.Subset(manifest.Labels.ToHashSet(), budget.Selector.MatchLabels.ToHashSet());
        Assert.InRange(int.Parse(budget.MinAvailable, CultureInfo.InvariantCulture), 1, manifest.Deployment.Spec.Replicas!.Value - 1);
        Assert.Equal("0", (string)manifest.Deployment.Spec.Strategy.RollingUpdate.MaxUnavailable);
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
    public async Task It_reaches_what_it_can_be_set_up_to_use(string what, string target, int port, string protocol = "TCP")
    {
        foreach (var example in Manifest.Shared)
        {
            Assert.True(Egress.Allows(await Manifest.RenderAsync(example), target, port, protocol), $"{example}: {what}");
        }
    }

    [Theory]
    [InlineData("clicks", 22)]
    [InlineData("default", 6379)]
    [InlineData("93.184.215.14", 80)]
    [InlineData("93.184.215.14", 443, "UDP")]
    public async Task It_reaches_nothing_else(string target, int port, string protocol = "TCP")
    {
        foreach (var example in Manifest.Shared)
        {
            Assert.False(Egress.Allows(await Manifest.RenderAsync(example), target, port, protocol), example);
        }
    }
}
