using ProxyShim.Testing;

namespace ProxyShim.Fuzzing;

/// <summary>A reader of outside text.</summary>
/// <param name="Name">As on the command line, and the name of its folder of seeds.</param>
/// <param name="Read">Reads any bytes; throws when the reader does, or when what it has made of them breaks its promise.</param>
internal sealed record Surface(string Name, Action<byte[]> Read)
{
    /// <summary>The folder of what a run begins with: one input a file, those that once broke something among them.</summary>
    public string Folder { get; } = Path.Combine(Repository.Root, "tests", "ProxyShim.Fuzzing", "Seeds", Name);

    public IEnumerable<string> Seeds() => Directory.EnumerateFiles(Folder).Order(StringComparer.Ordinal);

    /// <summary>What these bytes break; null when all is well.</summary>
    public string? ProblemOf(byte[] bytes)
    {
        try
        {
            Read(bytes);
            return null;
        }
        catch (Exception exception)
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
    }
}
