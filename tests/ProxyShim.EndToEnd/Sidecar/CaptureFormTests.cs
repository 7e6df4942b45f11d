using k8s.Models;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The capture listener, switched on in each form; that clicks get in through it is seen in <see cref="ManifestTests"/>.</summary>
public sealed class CaptureFormTests
{
    private const string Port = "capture";

    public static TheoryData<string> Examples => [.. Manifest.WithCapture];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_off_until_somebody_asks_for_it()
    {
        foreach (var example in Manifest.Shared.Prepend(Manifest.Sidecar))
        {
            var manifest = await Manifest.RenderAsync(example);
            Assert.DoesNotContain(manifest.Variables.Keys, name => name.StartsWith("Capture__", StringComparison.Ordinal));
            Assert.DoesNotContain(manifest.Shim.Ports, port => port.Name == Port);
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task It_has_a_service_of_its_own_and_the_policies_let_the_Ingress_and_back_ends_in(string example)
    {
        var manifest = await Manifest.RenderAsync(example);
        var service = manifest.All<V1Service>().Single(service => service.Metadata.Name == "proxyshim-capture").Spec;
        var listener = manifest.Listeners["Capture__Url"];

        Assert.Equal(("0.0.0.0", manifest.PortOf(Port)), (listener.Host, listener.Port));
        Assert.Equal(Port, (string)Assert.Single(service.Ports).TargetPort);
        Assert.Subset(manifest.Labels.ToHashSet(), service.Selector.ToHashSet());
        Assert.DoesNotContain(
            manifest.All<V1Service>().Where(other => other.Spec != service).SelectMany(other => other.Spec.Ports), port => port.TargetPort == Port);

        // Browsers, whatever reaches the app or the legacy listener; and nobody by a rule without a sender.
        var rule = manifest.All<V1NetworkPolicy>()
            .Where(policy => policy.Spec.PodSelector.MatchLabels.All(manifest.Labels.Contains))
            .SelectMany(policy => policy.Spec.Ingress)
            .Single(rule => rule.Ports.Any(port => port.Port == Port));
        Assert.Single(rule.Ports);
        Assert.Equal(
            ["kubernetes.io/metadata.name=ingress-nginx", "proxyshim.example.com/client=true"],
            rule.FromProperty.SelectMany(peer => peer.NamespaceSelector.MatchLabels).Select(label => $"{label.Key}={label.Value}").Order());
    }

    [Fact]
    public async Task Beside_an_app_it_closes_none_of_the_apps_ports()
    {
        var before = await Manifest.RenderAsync(Manifest.Sidecar);
        var after = Manifest.Parse(await KubernetesTools.OverlayAsync("example", ["capture"], Cancellation));

        Assert.Equal(Policies(before), Policies(after));

        static IEnumerable<string> Policies(Manifest manifest) => manifest.All<V1NetworkPolicy>().Select(policy => policy.Metadata.Name);
    }

    [Fact]
    public async Task The_pages_Ingress_leads_to_it()
    {
        var words = new MarkdownPage("README.md").Lines("ingress").Single().Split(' ');
        var ingress = Manifest.ReadOne<V1Ingress>(await KubernetesTools.RunAsync(
            "kubectl", [.. words.Skip(1).Select(word => word.Replace("'", "", StringComparison.Ordinal)), "--dry-run=client", "--output=yaml"], Cancellation));

        var backend = ingress.Spec.Rules.Single().Http.Paths.Single().Backend.Service;
        Assert.NotEmpty(ingress.Spec.Tls);
        foreach (var example in Manifest.WithCapture)
        {
            var service = (await Manifest.RenderAsync(example)).All<V1Service>().Single(service => service.Metadata.Name == backend.Name).Spec;
            Assert.Contains(service.Ports, port => port.Name == backend.Port.Name);
        }
    }
}
