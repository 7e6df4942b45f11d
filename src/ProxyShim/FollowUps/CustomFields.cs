using System.Text.Json;
using ProxyShim.Primitives;

namespace ProxyShim.FollowUps;

/// <summary>A customer's custom fields (<c>meta</c>) while one write after another sets some of them: what a write does not name stays.</summary>
/// <remarks>A write may have thousands of fields, and thousands of writes may wait: they are gathered, and all of them are gone through once.</remarks>
/// <param name="known">What there is before the first write.</param>
internal sealed class CustomFields(ReadOnlyMemory<byte>? known)
{
    // It keeps its exception as well: what is no text is not read again at each write.
    private readonly Lazy<byte[]?> _known = new(() => known is { } json ? CopyOf(JsonElement.Parse(json.Span)) : null);

    private readonly List<byte[]> _writes = [];

    /// <param name="fields">A JSON object.</param>
    /// <exception cref="InvalidOperationException">A text in it, or in what is known, is none: nothing is set.</exception>
    public void Set(JsonElement fields)
    {
        _ = _known.Value;
        _writes.Add(CopyOf(fields));
    }

    /// <summary>All of them, as a JSON object; null where nothing was set.</summary>
    public byte[]? Write() => _writes.Count == 0 ? null : JsonText.Write(
        LastOf(_known.Value is { } first ? [first, .. _writes] : _writes),
        static (json, writes) =>
        {
            json.WriteStartObject();
            foreach (var write in writes)
            {
                foreach (var field in write)
                {
                    field.WriteTo(json);
                }
            }

            json.WriteEndObject();
            return 0;
        }).Text;

    // The document it came with goes. Whether each text is one, only writing tells.
    private static byte[] CopyOf(JsonElement fields) => JsonText.Write(fields, static (json, fields) =>
    {
        fields.WriteTo(json);
        return 0;
    }).Text;

    // From the last write to the first: what a later one has named no longer counts, and stands where that one has put it.
    private static List<JsonProperty>[] LastOf(List<byte[]> writes)
    {
        var (kept, later) = (new List<JsonProperty>[writes.Count], new HashSet<string>(StringComparer.Ordinal));
        for (var at = writes.Count - 1; at >= 0; at--)
        {
            kept[at] = [];
            foreach (var field in JsonElement.Parse(writes[at]).EnumerateObject())
            {
                if (!later.Contains(field.Name))
                {
                    kept[at].Add(field);
                }
            }

            foreach (var field in kept[at])
            {
                later.Add(field.Name);
            }
        }

        return kept;
    }
}
