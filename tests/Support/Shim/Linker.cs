namespace ProxyShim.Testing;

/// <summary>What Native AOT needs of the machine for its last step: a C compiler as linker, and zlib to link.</summary>
internal static class Linker
{
    /// <summary>What to do when there is none.</summary>
    public const string Remedy = "apt-get install gcc zlib1g-dev";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // clang first: it is .NET's own choice.
    private static readonly string[] Compilers = ["clang", "gcc"];

    /// <summary>The name of a compiler that links zlib, or null.</summary>
    public static async Task<string?> FindAsync()
    {
        foreach (var compiler in Compilers.Where(name => SearchPath.Find(name) is not null))
        {
            using var folder = new TemporaryFolder();
            var source = Path.Combine(folder.Path, "empty.c");
            await File.WriteAllTextAsync(source, "int main(void) { return 0; }\n");
            await using var link = ChildProcess.Start(compiler, [source, "-lz", "-o", Path.Combine(folder.Path, "empty")]);
            if (await link.WaitForExitAsync(Limit) == 0)
            {
                return compiler;
            }
        }

        return null;
    }
}
