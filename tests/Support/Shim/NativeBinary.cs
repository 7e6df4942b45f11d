namespace ProxyShim.Testing;

/// <summary>artifacts/proxyshim/proxyshim, published when it is older than what it is made of.</summary>
internal static class NativeBinary
{
    private static readonly TimeSpan PublishLimit = TimeSpan.FromMinutes(10);

    private static readonly string s_artifacts = Path.Combine(Repository.Root, "artifacts");
    private static readonly string s_folder = Path.Combine(s_artifacts, "proxyshim");
    private static readonly string s_binary = Path.Combine(s_folder, "proxyshim");

    /// <summary>Publishes it if need be.</summary>
    /// <param name="linker">The C compiler that links it.</param>
    /// <returns>Its path.</returns>
    public static async Task<string> EnsureFreshAsync(string linker)
    {
        Directory.CreateDirectory(s_artifacts);
        // Test programs run side by side: one publishes, the others wait for it.
        await using var turn = await Eventually.FindAsync("no other test program publishes", TryTakeTurnAsync, PublishLimit);
        if (!File.Exists(s_binary) || File.GetLastWriteTimeUtc(s_binary) < NewestSource())
        {
            await PublishAsync(linker);
            // The linker's output may carry the time of an earlier, identical build.
            File.SetLastWriteTimeUtc(s_binary, TimeProvider.System.GetUtcNow().UtcDateTime);
        }

        return s_binary;
    }

    private static Task<FileStream?> TryTakeTurnAsync()
    {
        try
        {
            return Task.FromResult<FileStream?>(
                new FileStream(Path.Combine(s_artifacts, "publish.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return Task.FromResult<FileStream?>(null);
        }
    }

    private static DateTime NewestSource()
        => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "ProxyShim"), "*", SearchOption.AllDirectories)
            .Where(file => !IsBuildOutput(file))
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.props"))
            .Append(Path.Combine(Repository.Root, "global.json"))
            .Max(File.GetLastWriteTimeUtc);

    private static bool IsBuildOutput(string file)
        => file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            || file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    private static async Task PublishAsync(string linker)
        => await ChildProcess.RunAsync(
            "dotnet",
            [
                "publish", Path.Combine(Repository.Root, "src", "ProxyShim"), "--configuration", "Release", "--use-current-runtime",
                "--output", s_folder, $"-p:CppCompilerAndLinker={linker}",
                // A build server would outlive the publish and hold its output open.
                "-nodeReuse:false", "-p:UseSharedCompilation=false",
            ],
            PublishLimit,
            BuildEnvironment());

    // `dotnet test` tells its children where its own MSBuild is; a build of its own must find that out by itself.
    private static Dictionary<string, string> BuildEnvironment()
        => Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(variable => !((string)variable.Key).StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!);
}
