using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>A page of <c>config/sidecar</c>: what it tells an operator to type is run as it stands there.</summary>
internal sealed class MarkdownPage(string file)
{
    private const string Fence = "```";

    private readonly string[] _lines = File.ReadAllLines(Path.Combine(Repository.Root, "config", "sidecar", file));

    /// <summary>The lines of the fenced blocks of a language (<c>```redis</c>; "" for none), each without its indentation.</summary>
    public IReadOnlyList<string> Lines(string language)
    {
        List<string> found = [];
        string? open = null;
        foreach (var line in _lines.Select(line => line.Trim()))
        {
            if (line.StartsWith(Fence, StringComparison.Ordinal))
            {
                open = open is null ? line[Fence.Length..] : null;
            }
            else if (open == language)
            {
                found.Add(line);
            }
        }

        return found;
    }
}
