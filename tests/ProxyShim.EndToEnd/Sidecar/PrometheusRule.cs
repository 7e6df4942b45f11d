using k8s;
using k8s.Models;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The part of the Prometheus Operator's PrometheusRule that is used here: what Prometheus' own rule files hold.</summary>
[KubernetesEntity(Group = "monitoring.coreos.com", ApiVersion = "v1", Kind = "PrometheusRule", PluralName = "prometheusrules")]
internal sealed record PrometheusRule : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public RuleFile Spec { get; set; } = new();
}

internal sealed record RuleFile
{
    public IList<RuleGroup> Groups { get; set; } = [];
}

internal sealed record RuleGroup
{
    public string Name { get; set; } = "";

    public string? Interval { get; set; }

    public IList<Rule> Rules { get; set; } = [];
}

internal sealed record Rule
{
    public string? Alert { get; set; }

    public string? Record { get; set; }

    public string Expr { get; set; } = "";

    public string? For { get; set; }

    public string? KeepFiringFor { get; set; }

    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    public IDictionary<string, string> Annotations { get; set; } = new Dictionary<string, string>();
}
