using System.Runtime.InteropServices;
using ProxyShim.Testing;
using SharpFuzz;
using SharpFuzz.Common;

namespace ProxyShim.Fuzzing;

/// <summary>A copy of this program in which the shim's code counts its branches for afl-fuzz.</summary>
internal static class FuzzedProgram
{
    // Of afl-fuzz, and of SharpFuzz.
    private const int BranchCounters = 1 << 16;

    /// <summary>What a run leaves behind: the copy, and a folder for each surface.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "artifacts", "fuzzing");

    /// <summary>Makes the copy.</summary>
    /// <returns>The assembly, for <c>dotnet</c>.</returns>
    public static string Write()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }

        var program = Directory.CreateDirectory(Path.Combine(Folder, "program")).FullName;
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
        }

        Fuzzer.Instrument(Path.Combine(program, "proxyshim.dll"), static type => type.StartsWith("ProxyShim.", StringComparison.Ordinal), Options.Value);
        return Path.Combine(program, typeof(FuzzedProgram).Assembly.GetName().Name + ".dll");
    }

    /// <summary>Reads one input after the other, each when afl-fuzz says so.</summary>
    public static unsafe void Serve(string name)
    {
        // Until afl-fuzz has said where, the branches of what runs only once are counted into nothing. No code of the shim runs before this.
        Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(BranchCounters);
        var surface = Surfaces.Named(name);
        foreach (var seed in surface.Seeds())
        {
            surface.Read(File.ReadAllBytes(seed));
        }

        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            surface.Read(bytes.ToArray());
        });
    }
}
