using System.Buffers;

namespace ProxyShim.Ledger;

/// <summary>What scripts have in common, by paragraphs: each script is preceded by those that it needs, since Redis executes whatever stands there at every call.</summary>
internal sealed class ScriptPrelude
{
    private const string Definition = "local ";
    private const string Function = "function ";

    private static readonly SearchValues<char> s_letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private readonly Paragraph[] _paragraphs;

    /// <param name="text">Paragraphs are parted by an empty line; one needs those before it only.</param>
    public ScriptPrelude(string text) => _paragraphs = [.. text.Split("\n\n").Select(paragraph => new Paragraph(paragraph, DefinedIn(paragraph), MentionedIn(paragraph)))];

    /// <summary>A script, and before it the paragraphs that define what it mentions, or what they mention.</summary>
    public string Before(string script)
    {
        var (mentioned, needed) = (MentionedIn(script), new Stack<string>([script]));
        foreach (var paragraph in _paragraphs.Reverse().Where(paragraph => paragraph.Defines.Overlaps(mentioned)))
        {
            mentioned.UnionWith(paragraph.Mentions);
            needed.Push(paragraph.Text);
        }

        return string.Join("\n", needed);
    }

    private static HashSet<string> DefinedIn(string paragraph) =>
    [
        .. paragraph.Split('\n').Where(line => line.StartsWith(Definition, StringComparison.Ordinal))
            .Select(line => line[Definition.Length..].Replace(Function, "", StringComparison.Ordinal).Split('=', '(')[0])
            .SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries)),
    ];

    // Whatever looks like a name, also in a text; not in a comment, which has its line to itself.
    private static HashSet<string> MentionedIn(string script)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in script.AsSpan().EnumerateLines())
        {
            var rest = line.TrimStart();
            rest = rest.StartsWith("--", StringComparison.Ordinal) ? default : rest;
            while (rest.IndexOfAny(s_letters) is >= 0 and var start)
            {
                rest = rest[start..];
                var end = rest.IndexOfAnyExcept(s_letters) is >= 0 and var found ? found : rest.Length;
                names.Add(rest[..end].ToString());
                rest = rest[end..];
            }
        }

        return names;
    }

    private sealed record Paragraph(string Text, HashSet<string> Defines, HashSet<string> Mentions);
}
