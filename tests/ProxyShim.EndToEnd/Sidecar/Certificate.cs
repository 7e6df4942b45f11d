using k8s;
using k8s.Models;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The part of cert-manager's Certificate that is used here; a strict reader refuses any other.</summary>
[KubernetesEntity(Group = "cert-manager.io", ApiVersion = "v1", Kind = "Certificate", PluralName = "certificates")]
internal sealed record Certificate : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public CertificateSpec Spec { get; set; } = new();
}

internal sealed record CertificateSpec
{
    public string SecretName { get; set; } = "";

    public string Duration { get; set; } = "";

    public IDictionary<string, object> PrivateKey { get; set; } = new Dictionary<string, object>();

    public IList<string> DnsNames { get; set; } = [];

    public IDictionary<string, string> IssuerRef { get; set; } = new Dictionary<string, string>();
}
