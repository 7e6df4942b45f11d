using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>kubectl and helm, without a cluster.</summary>
internal static class KubernetesTools
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <returns>Standard output.</returns>
    /// <exception cref="InvalidOperationException">The exit code was not 0; the message has what was written.</exception>
    public static Task<string> RunAsync(string tool, IEnumerable<string> words, CancellationToken cancellation)
    {
        var path = SearchPath.Find(tool);
        Require.That(path is not null, $"{tool} is not on the path", ".ci/kubernetes-tools FOLDER && export PATH=$PWD/FOLDER:$PATH");
        return ChildProcess.RunAsync(path!, words, s_limit, cancellation: cancellation);
    }

    /// <summary>Something of <c>config/sidecar</c>.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Repository.Root, "config", "sidecar", .. parts]);

    /// <summary><c>helm template</c> of the chart, as a release called <c>proxyshim</c> in the namespace <c>conversions</c>.</summary>
    /// <param name="example">Name of a file of values in <c>config/sidecar/helm/examples</c>, without its ending.</param>
    public static Task<string> TemplateAsync(string example, CancellationToken cancellation, params string[] options) => RunAsync(
        "helm",
        [
            "template", "proxyshim", PathOf("helm", "proxyshim"), "--namespace", "conversions",
            "--values", PathOf("helm", "examples", $"{example}.yaml"), .. options,
        ],
        cancellation);

    /// <summary><c>kubectl kustomize</c> of an overlay as an operator would write it.</summary>
    /// <param name="form">A folder of <c>config/sidecar/kustomize</c>.</param>
    /// <param name="components">Others of its folders, which are components.</param>
    /// <param name="lines">What the overlay has besides.</param>
    public static async Task<string> OverlayAsync(string form, IEnumerable<string> components, CancellationToken cancellation, params string[] lines)
    {
        using var overlay = new TemporaryFolder();
        string From(string folder) => Path.GetRelativePath(overlay.Path, PathOf("kustomize", folder));
        await File.WriteAllLinesAsync(
            Path.Combine(overlay.Path, "kustomization.yaml"),
            [$"resources: [{From(form)}]", $"components: [{string.Join(", ", components.Select(From))}]", .. lines],
            cancellation);
        return await RunAsync("kubectl", ["kustomize", overlay.Path], cancellation);
    }
}
