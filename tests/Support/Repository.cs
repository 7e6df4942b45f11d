namespace ProxyShim.Testing;

/// <summary>The working copy that this test program was built from.</summary>
public static class Repository
{
    /// <summary>Its full path.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    private static string FindRoot(string folder)
        => File.Exists(Path.Combine(folder, "ProxyShim.sln"))
            ? folder
            : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No ProxyShim.sln above {AppContext.BaseDirectory}."));
}
