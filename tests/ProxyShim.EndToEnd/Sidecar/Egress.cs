using System.Net;
using k8s.Models;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>What a manifest's policies let out, as Kubernetes reads them: rules are joined by "or"; a port without a protocol is TCP.</summary>
internal static class Egress
{
    /// <param name="target">An IP address outside of the cluster, or the name of a namespace, any pod of which is meant.</param>
    public static bool Allows(Manifest manifest, string target, int port, string protocol) => manifest.All<V1NetworkPolicy>()
        .SelectMany(policy => policy.Spec.Egress ?? [])
        .Any(rule => rule.Ports.Any(open => open.Port == $"{port}" && (open.Protocol ?? "TCP") == protocol)
            && rule.To.Any(peer => IPAddress.TryParse(target, out var address) ? Holds(peer, address) : Holds(peer, target)));

    private static bool Holds(V1NetworkPolicyPeer peer, IPAddress address)
        => peer.IpBlock is { } block && IPNetwork.Parse(block.Cidr).Contains(address);

    private static bool Holds(V1NetworkPolicyPeer peer, string name)
        => peer is { PodSelector: null, NamespaceSelector: { } selector }
            && selector.MatchLabels.TryGetValue("kubernetes.io/metadata.name", out var own)
            && own == name;
}
