using k8s;
using k8s.Models;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>One of <c>config/sidecar/kubernetes</c>, read by Kubernetes' own client, which refuses a field that Kubernetes does not have.</summary>
internal sealed class Manifest
{
    private readonly IReadOnlyList<object> _objects;

    public Manifest(string file)
    {
        _objects = KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(Repository.Root, "config", "sidecar", "kubernetes", file)), strict: true);
        var deployment = Single<V1Deployment>();
        Labels = deployment.Spec.Template.Metadata.Labels.AsReadOnly();
        Selector = deployment.Spec.Selector.MatchLabels.AsReadOnly();
        Annotations = deployment.Spec.Template.Metadata.Annotations.AsReadOnly();
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

    /// <summary>The shim's secret files, by the name of the file.</summary>
    public IReadOnlyDictionary<string, string> Secrets => Single<V1Secret>().StringData.AsReadOnly();

    /// <summary>The only object of its kind.</summary>
    public T Single<T>() => _objects.OfType<T>().Single();

    /// <summary>Where the shim finds a volume of a secret.</summary>
    public V1VolumeMount MountOf(string secret)
    {
        var volume = Pod.Volumes.Single(volume => volume.Secret?.SecretName == secret).Name;
        return Shim.VolumeMounts.Single(mount => mount.Name == volume);
    }

    /// <summary>The number of one of the shim's ports.</summary>
    public int PortOf(string name) => Shim.Ports.Single(port => port.Name == name).ContainerPort;
}
