using System.Collections.Concurrent;
using System.Security.Cryptography;
using k8s;
using k8s.Models;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>
/// What one of the examples of <c>config/sidecar</c> gives a cluster: rendered by the tool that it is for, and read by Kubernetes' own client, which refuses a
/// field that Kubernetes does not have.
/// </summary>
internal sealed class Manifest
{
    /// <summary>The shim beside an app.</summary>
    public const string Sidecar = "kustomize/example";

    /// <summary>The shim for several apps, in each of its forms.</summary>
    public static readonly string[] Shared = ["kustomize/shared", "helm/existing", "helm/operators"];

    /// <summary>Both, with the capture listener.</summary>
    public static readonly string[] WithCapture = ["kustomize/example+capture", "kustomize/shared+capture", "helm/capture"];

    private static readonly ConcurrentDictionary<string, Task<string>> s_rendered = new();

    // Objects of operators, of which only the part is known here that the examples use.
    private static readonly Dictionary<string, Type> s_kinds = new()
    {
        ["monitoring.coreos.com/v1/PodMonitor"] = typeof(PodMonitor),
        ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(PrometheusRule),
        ["cert-manager.io/v1/Certificate"] = typeof(Certificate),
    };

    // Each port that the shim listens on, where the form has it.
    private static readonly string[] s_listeners = ["Urls", "Management__Url", "Capture__Url"];

    private static readonly Dictionary<string, string> s_secrets = new()
    {
        ["CustomerApi__PublicKey"] = Stand.PublicKey,
        ["CustomerApi__SecretKey"] = Stand.SecretKey,
        ["ConversionApi__Token"] = Stand.Token,
        ["Redis__ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
        ["Management__Token"] = "mgt_operators_token",
        ["Capture__Token"] = "cap_back_ends_token",
        ["Privacy__PseudonymKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
    };

    private readonly IReadOnlyList<object> _objects;

    private Manifest(string yaml)
    {
        _objects = KubernetesYaml.LoadAllFromString(yaml, s_kinds, strict: true);
        Deployment = All<V1Deployment>().Single();
        Labels = Deployment.Spec.Template.Metadata.Labels.AsReadOnly();
        Annotations = (Deployment.Spec.Template.Metadata.Annotations ?? new Dictionary<string, string>()).AsReadOnly();
        Pod = Deployment.Spec.Template.Spec;
        Shim = (Pod.InitContainers ?? []).Concat(Pod.Containers).Single(container => container.Name == "proxyshim");
    }

    /// <summary>Secrets by their files' names, as an operator would give them: those of the examples are placeholders.</summary>
    public static IReadOnlyDictionary<string, string> OperatorsSecrets => s_secrets;

    /// <summary>The only one.</summary>
    public V1Deployment Deployment { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    public IReadOnlyDictionary<string, string> Annotations { get; }

    public V1PodSpec Pod { get; }

    public V1Container Shim { get; }

    /// <summary>The shim's variables.</summary>
    public IReadOnlyDictionary<string, string> Variables => Shim.Env.ToDictionary(variable => variable.Name, variable => variable.Value);

    /// <summary>Where the shim listens, by the setting.</summary>
    public IReadOnlyDictionary<string, Uri> Listeners
        => s_listeners.Where(Variables.ContainsKey).ToDictionary(name => name, name => new Uri(Variables[name]));

    /// <summary>
    /// The shim's secrets by the name of the file: those of the manifest's own secret, or of the one that the operator has made of <c>proxyshim.env</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Secrets => (All<V1Secret>().SingleOrDefault() is { } own
        ? (own.StringData?.Keys ?? own.Data.Keys)
        : File.ReadLines(KubernetesTools.PathOf("kustomize", "example", "proxyshim.env")).Select(line => line.Split('=')[0])
            .Concat(Listeners.ContainsKey("Capture__Url") ? ["Capture__Token"] : []))
        .ToDictionary(name => name, name => s_secrets[name]);

    /// <summary>Where the shim finds them: once the folder, or each file of it.</summary>
    public IReadOnlyList<V1VolumeMount> SecretMounts
        => [.. Shim.VolumeMounts.Where(mount => mount.MountPath.StartsWith("/run/secrets", StringComparison.Ordinal))];

    public static async Task<Manifest> RenderAsync(string example) => new(await s_rendered.GetOrAdd(example, Render));

    /// <summary>Reads what <c>helm template</c> or <c>kubectl kustomize</c> wrote.</summary>
    public static Manifest Parse(string yaml) => new(yaml);

    /// <summary>One object, as strictly.</summary>
    public static T ReadOne<T>(string yaml) => KubernetesYaml.Deserialize<T>(yaml, strict: true);

    /// <summary>The objects of a kind.</summary>
    public IEnumerable<T> All<T>() => _objects.OfType<T>();

    /// <summary>The policy of the shim's pods that is about the management listener.</summary>
    public V1NetworkPolicySpec Policy => All<V1NetworkPolicy>().Select(policy => policy.Spec)
        .Single(policy => policy.Ingress.Any(rule => rule.Ports.Any(port => port.Port == PodMonitor.ManagementPort)));

    /// <summary>The secret that a volume of the shim's pod shows.</summary>
    public string SecretOf(V1VolumeMount mount) => Pod.Volumes.Single(volume => volume.Name == mount.Name).Secret.SecretName;

    /// <summary>The number of one of the shim's ports.</summary>
    public int PortOf(string name) => Shim.Ports.Single(port => port.Name == name).ContainerPort;

    private static Task<string> Render(string example) => example.Split('/') switch
    {
        ["kustomize", "example+capture"] => KubernetesTools.OverlayAsync(
            "example", ["capture", "capture/network-policy"], CancellationToken.None,
            "secretGenerator: [{ name: proxyshim, namespace: proxyshim-example, behavior: merge, literals: [Capture__Token=any] }]"),
        ["kustomize", "shared+capture"] => KubernetesTools.OverlayAsync("shared", ["capture", "capture/network-policy"], CancellationToken.None),
        ["kustomize", var folder] => KubernetesTools.RunAsync("kubectl", ["kustomize", KubernetesTools.PathOf("kustomize", folder)], CancellationToken.None),
        ["helm", var values] => KubernetesTools.TemplateAsync(values, CancellationToken.None),
        _ => throw new ArgumentException(example, nameof(example)),
    };
}
