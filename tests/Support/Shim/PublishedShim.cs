namespace ProxyShim.Testing;

/// <summary>The program that end-to-end tests drive: the native binary that is shipped, wherever it can be had.</summary>
/// <param name="Path">The executable.</param>
/// <param name="IsNative">False for the managed build, which stands in where the machine has no linker.</param>
/// <param name="IsOlder">True for one of another version, whose log this version's schema does not describe.</param>
public sealed record PublishedShim(string Path, bool IsNative, bool IsOlder = false)
{
    /// <summary>A binary that wins over everything.</summary>
    public const string Variable = "PROXYSHIM_BINARY";

    private static readonly Lazy<Task<PublishedShim>> s_located = new(FindOrPublishAsync);

    /// <summary>
    /// The binary of <c>PROXYSHIM_BINARY</c>; otherwise the one in artifacts/, published anew when a source is younger;
    /// otherwise, without a linker, the managed build. The run prints which.
    /// </summary>
    /// <exception cref="FileNotFoundException"><c>PROXYSHIM_BINARY</c> names no file.</exception>
    /// <exception cref="InvalidOperationException">Publishing failed, or CI lacks a linker.</exception>
    public static Task<PublishedShim> LocateAsync() => s_located.Value;

    private static async Task<PublishedShim> FindOrPublishAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return File.Exists(given)
                ? Note(new(System.IO.Path.GetFullPath(given), IsNative: !File.Exists($"{given}.dll")), "Given", $"from {Variable}")
                : throw new FileNotFoundException($"{Variable} names no file: {given}", given);
        }

        var linker = await Linker.FindAsync();
        if (linker is null)
        {
            if (Require.InCi)
            {
                throw new InvalidOperationException($"There is no linker for Native AOT ({Linker.Remedy}).");
            }

            // The build copies it beside the tests, since they refer to its project.
            var managed = System.IO.Path.Combine(AppContext.BaseDirectory, "proxyshim");
            return Note(new(managed, IsNative: false), "ManagedBuild", $"not the native binary that is shipped: {Linker.Remedy}");
        }

        return Note(new(await NativeBinary.EnsureFreshAsync(linker), IsNative: true), "NativeBinary", "published by this run, or fresh from an earlier one");
    }

    private static PublishedShim Note(PublishedShim shim, string choice, string reason)
    {
        RunNotes.Write("shim", choice, [$"Shim of this run: {shim.Path} ({reason})"]);
        return shim;
    }
}
