using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Container;

/// <summary>The engine's command line.</summary>
internal static class DockerCli
{
    /// <summary>The variable that names the image of the shim.</summary>
    public const string ImageVariable = "PROXYSHIM_TEST_IMAGE";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    /// <summary>The image of this run; without one the test is skipped aloud.</summary>
    public static string Image
    {
        get
        {
            Require.Program("docker", "docker.io");
            var image = Environment.GetEnvironmentVariable(ImageVariable);
            Require.That(image is { Length: > 0 }, "no image of the shim is named", $"docker build -t proxyshim . && export {ImageVariable}=proxyshim");
            return image!;
        }
    }

    /// <returns>Standard output.</returns>
    /// <exception cref="InvalidOperationException">The exit code was not 0.</exception>
    public static Task<string> RunAsync(IEnumerable<string> words, CancellationToken cancellation)
        => ChildProcess.RunAsync("docker", words, s_limit, cancellation: cancellation);

    /// <summary>Runs to the end what may fail.</summary>
    public static async Task<(int ExitCode, string Output)> TryAsync(IEnumerable<string> words, CancellationToken cancellation)
    {
        await using var docker = ChildProcess.Start("docker", words);
        return (await docker.WaitForExitAsync(s_limit, cancellation), string.Join('\n', [.. docker.Output, .. docker.Errors]));
    }
}
