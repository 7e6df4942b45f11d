using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>What a run has counted, for people.</summary>
internal static class ReportFile
{
    /// <summary>Set to 1, the run refreshes the copies in the repository.</summary>
    public const string Variable = "PROXYSHIM_WRITE_REPORTS";

    /// <summary>Whether it does.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>What an earlier run has written into artifacts/; null where none has.</summary>
    public static string? Read(string name) => Path.Combine(Repository.Root, "artifacts", name) is var path && File.Exists(path) ? File.ReadAllText(path) : null;

    /// <summary>Writes it into artifacts/, and, when asked to, beside the suite that counted.</summary>
    /// <param name="suite">Its folder in this project.</param>
    public static void Write(string suite, string name, string text)
    {
        var artifacts = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts")).FullName;
        File.WriteAllText(Path.Combine(artifacts, name), text);
        if (IsWanted)
        {
            File.WriteAllText(Path.Combine(Repository.Root, "tests", "ProxyShim.EndToEnd", suite, name), text);
        }
    }
}
