using System.Security.Cryptography;
using k8s;
using k8s.Models;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>One of <c>config/sidecar/kubernetes</c>, read by Kubernetes' own client, which refuses a field that Kubernetes does not have.</summary>
internal sealed class Manifest
{
    private static readonly Dictionary<string, string> s_secrets = new()
    {
        ["CustomerApi__PublicKey"] = Stand.PublicKey,
        ["CustomerApi__SecretKey"] = Stand.SecretKey,
        ["ConversionApi__Token"] = Stand.Token,
        ["Redis__ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
        ["Management__Token"] = "mgt_operators_token",
        ["Privacy__PseudonymKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
    };

    private readonly IReadOnlyList<object> _objects;

    public Manifest(string file)
    {
        _objects = Read(file);
        var deployment = Single<V1Deployment>();
        Labels = deployment.Spec.Template.Metadata.Labels.AsReadOnly();
        Selector = deployment.Spec.Selector.MatchLabels.AsReadOnly();
        Annotations = (deployment.Spec.Template.Metadata.Annotations ?? new Dictionary<string, string>()).AsReadOnly();
        Pod = deployment.Spec.Template.Spec;
        Shim = (Pod.InitContainers ?? []).Concat(Pod.Containers).Single(container => container.Name == "proxyshim");
    }

    public IReadOnlyDictionary<string, string> Labels { get; }

    public IReadOnlyDictionary<string, string> Selector { get; }

    public IReadOnlyDictionary<string, string> Annotations { get; }

    public V1PodSpec Pod { get; }

    public V1Container Shim { get; }

    /// <summary>The shim's variables.</summary>
    public IReadOnlyDictionary<string, string> Variables => Shim.Env.ToDictionary(variable => variable.Name, variable => variable.Value);

    /// <summary>The shim's secrets by the name of the file, each with a value as an operator would give it: those of the file are placeholders.</summary>
    public IReadOnlyDictionary<string, string> Secrets => Single<V1Secret>().StringData.Keys.ToDictionary(name => name, name => s_secrets[name]);

    /// <summary>The objects of a file.</summary>
    public static IReadOnlyList<object> Read(string file) => KubernetesYaml.LoadAllFromString(
        File.ReadAllText(Path.Combine(Repository.Root, "config", "sidecar", "kubernetes", file)),
        new Dictionary<string, Type> { ["monitoring.coreos.com/v1/PodMonitor"] = typeof(PodMonitor) },
        strict: true);

    /// <summary>The objects of a kind.</summary>
    public IEnumerable<T> All<T>() => _objects.OfType<T>();

    /// <summary>The only object of its kind.</summary>
    public T Single<T>() => All<T>().Single();

    /// <summary>Where the shim finds a volume of a secret: once the folder, or each file of it.</summary>
    public IReadOnlyList<V1VolumeMount> MountsOf(string secret)
    {
        var volume = Pod.Volumes.Single(volume => volume.Secret?.SecretName == secret).Name;
        return [.. Shim.VolumeMounts.Where(mount => mount.Name == volume)];
    }

    /// <summary>The number of one of the shim's ports.</summary>
    public int PortOf(string name) => Shim.Ports.Single(port => port.Name == name).ContainerPort;
}
