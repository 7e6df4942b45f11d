using System.Text.Json;

namespace ProxyShim.Management.Reporting;

/// <summary>One string for each text that occurs over and over, so that a million lines do not make a million of them.</summary>
internal sealed class StringPool
{
    // In UTF-8: longer than any text that the log holds (its fields are cut at 256 characters, and one is escaped to six bytes at most).
    private const int MaxLength = 6 * 256;

    // Above this a text is not kept: then it is not one of a few names.
    private const int MaxNames = 10_000;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public StringPool() => _lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The reader's text; null for null.</summary>
    /// <exception cref="FormatException">It is neither, or too long.</exception>
    public string? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxLength)
        {
            throw new FormatException("A field is not a text, or too long.");
        }

        Span<char> text = stackalloc char[MaxLength];
        text = text[..reader.CopyString(text)];
        if (_lookup.TryGetValue(text, out var name))
        {
            return name;
        }

        name = text.ToString();
        if (_names.Count < MaxNames)
        {
            _names.Add(name, name);
        }

        return name;
    }
}
