using System.Text;
using System.Text.Json;

namespace ProxyShim.Primitives;

/// <summary>Finds members of a JSON object in one pass over its bytes: for who wants two or three of them a document costs twice as much.</summary>
internal static class JsonMembers
{
    /// <summary>Names as <see cref="TryFind"/> looks for them: made once, and not at each body.</summary>
    public static byte[][] Names(params IEnumerable<string> names) => [.. names.Select(Encoding.UTF8.GetBytes)];

    /// <param name="names">UTF-8, best in the order in which they usually come: each one is looked for from behind the one before.</param>
    /// <param name="values">
    /// Where the value of each name stands, quotes included; an empty range for one that is absent. Of two with one name the last, as most parsers have it
    /// (https://www.rfc-editor.org/rfc/rfc8259#section-4).
    /// </param>
    /// <returns>False for what is no object.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool TryFind(ReadOnlySpan<byte> json, ReadOnlySpan<byte[]> names, Span<Range> values)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        for (var next = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
        {
            var found = Find(ref reader, names, next);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (found >= 0)
            {
                values[found] = start..(int)reader.BytesConsumed;
                next = found + 1;
            }
        }

        // Nothing may follow.
        reader.Read();
        return true;
    }

    /// <summary>The text that a value is; null where it is none of JSON's strings.</summary>
    /// <param name="value">As <see cref="TryFind"/> has found it, or empty.</param>
    /// <exception cref="InvalidOperationException">Half of a surrogate pair, or bytes that are not UTF-8.</exception>
    public static string? TextOf(ReadOnlySpan<byte> value)
    {
        if (value is not [(byte)'"', ..])
        {
            return null;
        }

        var reader = new Utf8JsonReader(value);
        reader.Read();
        return reader.GetString();
    }

    private static int Find(ref Utf8JsonReader reader, ReadOnlySpan<byte[]> names, int first)
    {
        for (var i = 0; i < names.Length; i++)
        {
            var place = (first + i) % names.Length;
            if (reader.ValueTextEquals(names[place]))
            {
                return place;
            }
        }

        return -1;
    }
}
