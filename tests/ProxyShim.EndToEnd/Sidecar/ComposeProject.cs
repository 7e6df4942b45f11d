using System.Collections;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>Files of <c>config/sidecar/compose</c>, run as they stand, but for images and ports that this machine cannot have.</summary>
internal sealed class ComposeProject : IAsyncDisposable
{
    // The image for Redis, where the one of the file cannot be pulled; the same as for Testcontainers.
    private const string RedisVariable = "PROXYSHIM_TEST_REDIS_IMAGE";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly string _program = Require.Program("docker-compose", "docker-compose");
    private readonly string[] _options;
    private readonly Dictionary<string, string> _environment;

    /// <param name="files">Their names, of which the later ones add to the first.</param>
    /// <param name="images">Another image for a service; null leaves the file's.</param>
    /// <param name="variables">What the file takes from the environment.</param>
    /// <param name="folder">Where its relative paths begin; null = where it is.</param>
    public ComposeProject(
        IEnumerable<string> files, IReadOnlyDictionary<string, string?> images, IReadOnlyDictionary<string, string> variables, string? folder = null)
    {
        // Even what only reads the file asks the engine at its end.
        Require.That(
            Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } || File.Exists("/var/run/docker.sock"), "no Docker engine is at hand",
            "start one, or name it in DOCKER_HOST");
        _environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!);
        foreach (var (name, value) in variables)
        {
            _environment[name] = value;
        }

        // And a machine that is busy with the tests shall not look like a Redis that hangs.
        var others = Path.Combine(_folder.Path, "others.yaml");
        var lines = images.Append(new("redis", Environment.GetEnvironmentVariable(RedisVariable)))
            .Where(image => image.Value is { Length: > 0 })
            .ToLookup(image => image.Key, image => $"    image: \"{image.Value}\"");
        File.WriteAllLines(
            others,
            [
                "services:",
                "  proxyshim:",
                "    environment: { Redis__Timeout: \"00:00:10\" }",
                .. lines["proxyshim"],
                .. lines.Where(service => service.Key != "proxyshim").SelectMany(service => service.Prepend($"  {service.Key}:")),
            ]);
        _options =
        [
            "--project-name", Path.GetFileName(_folder.Path).ToLowerInvariant(),
            "--project-directory", folder ?? KubernetesTools.PathOf("compose"),
            .. files.Append(others).SelectMany(file => new[] { "--file", KubernetesTools.PathOf("compose", file) }),
        ];
    }

    /// <summary>Runs one of Compose's commands.</summary>
    /// <returns>Standard output.</returns>
    public Task<string> RunAsync(params string[] words) => ChildProcess.RunAsync(_program, [.. _options, .. words], s_limit, _environment);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RunAsync("down", "--volumes");
        _folder.Dispose();
    }
}
