using System.Diagnostics;

namespace ProxyShim.Benchmarks.Contenders;

/// <summary>Publishes programs of this repository, each once a run, natively or for the JIT.</summary>
internal sealed class Binaries
{
    public static readonly (string Project, string Name) Shim = ("src/ProxyShim", "proxyshim");
    public static readonly (string Project, string Name) RewriteOnly = ("tests/ProxyShim.Benchmarks/Peers/RewriteOnly", "rewriteonly");
    public static readonly (string Project, string Name) PlainYarp = ("tests/ProxyShim.Benchmarks/Peers/PlainYarp", "plainyarp");

    private readonly Dictionary<string, string> _published = [];

    /// <summary>The directory of the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">This program does not stand inside the repository.</exception>
    public static string Root { get; } = Ancestors(AppContext.BaseDirectory).FirstOrDefault(directory => File.Exists(Path.Combine(directory, "ProxyShim.sln")))
        ?? throw new DirectoryNotFoundException("ProxyShim.sln is in no directory above this program");

    public string Native((string Project, string Name) program) => Publish(program, program.Name, program.Name, ["-r", "linux-x64", .. Linker()]);

    public string Jit((string Project, string Name) program) => Publish(program, program.Name + "-jit", program.Name + ".dll", ["-p:PublishAot=false"]);

    private static IEnumerable<string> Ancestors(string? directory)
    {
        for (; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            yield return directory;
        }
    }

    // clang is the SDK's choice; gcc links as well.
    private static string[] Linker() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, "clang"))) ? [] : ["-p:CppCompilerAndLinker=gcc"];

    private string Publish((string Project, string Name) program, string directory, string file, string[] more)
    {
        var target = Path.Combine(Root, "artifacts", "publish", directory);
        if (_published.TryGetValue(target, out var known))
        {
            return known;
        }

        Console.Error.WriteLine($"publishing {program.Project} to {Path.GetRelativePath(Root, target)}");
        // Both forms are made of the same packages, as they are locked: a restore for the JIT would leave the compiler out.
        Run("restore", program.Project);
        Run("publish", program.Project, ["--no-restore", "-c", "Release", "-o", target, "--nologo", "-m:1", .. more]);
        return _published[target] = Path.Combine(target, file);
    }

    private static void Run(string command, string project, params string[] more)
    {
        var info = new ProcessStartInfo("dotnet", [command, project, "-v", "quiet", .. more]) { WorkingDirectory = Root };
        using var process = Process.Start(info) ?? throw new InvalidOperationException("dotnet did not start");
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"dotnet {command} {project} failed");
        }
    }
}
