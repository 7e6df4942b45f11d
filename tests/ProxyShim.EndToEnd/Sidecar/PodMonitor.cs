using k8s;
using k8s.Models;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The part of the Prometheus Operator's PodMonitor that is used here; a strict reader refuses any other.</summary>
[KubernetesEntity(Group = "monitoring.coreos.com", ApiVersion = "v1", Kind = "PodMonitor", PluralName = "podmonitors")]
internal sealed record PodMonitor : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The name of the shim's port that metrics and probes go to.</summary>
    public const string ManagementPort = "proxyshim-mgmt";

    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public PodMonitorSpec Spec { get; set; } = new();

    /// <summary>Whether a pod of these labels is scraped.</summary>
    public bool Selects(IReadOnlyDictionary<string, string> labels)
        => (Spec.Selector.MatchLabels ?? new Dictionary<string, string>()).All(label => labels.GetValueOrDefault(label.Key) == label.Value)
            && (Spec.Selector.MatchExpressions ?? []).All(wanted => wanted.OperatorProperty switch
            {
                "In" => labels.TryGetValue(wanted.Key, out var value) && wanted.Values.Contains(value),
                "Exists" => labels.ContainsKey(wanted.Key),
                _ => throw new NotSupportedException(wanted.OperatorProperty),
            });
}

internal sealed record PodMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();

    public IList<PodMonitorEndpoint> PodMetricsEndpoints { get; set; } = [];
}

internal sealed record PodMonitorEndpoint
{
    /// <summary>The name of a container's port.</summary>
    public string Port { get; set; } = "";

    public string Path { get; set; } = "";
}
