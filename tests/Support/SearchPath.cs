namespace ProxyShim.Testing;

/// <summary>The programs of this machine.</summary>
public static class SearchPath
{
    /// <summary>The full path of a program, or null.</summary>
    public static string? Find(string program) => Find(program, Environment.GetEnvironmentVariable("PATH") ?? "");

    internal static string? Find(string program, string path)
    {
        var folders = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Concat(folders.Select(ServerFolder))
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
    }

    // Debian keeps servers there, and leaves it out of an ordinary user's path. Only beside what is on the path, so that
    // who empties the path empties the machine.
    private static string ServerFolder(string folder) => Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)) ?? "/", "sbin");
}
