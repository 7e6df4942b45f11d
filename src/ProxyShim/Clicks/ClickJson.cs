using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.Clicks;

/// <summary>Reads a click that is a JSON object, without making text of what is only passed on.</summary>
internal static class ClickJson
{
    // In the order of Field.
    private static readonly byte[][] s_names =
        [.. new[] { "xid", "partner_key", "sub_ids", "origin", "ip_address", "user_agent", "external_type", "clicked_at" }.Select(Encoding.UTF8.GetBytes)];

    private enum Field
    {
        Xid,
        PartnerKey,
        SubIds,
        Origin,
        IpAddress,
        UserAgent,
        ExternalType,
        ClickedAt,
    }

    /// <summary>Null when there is no xid in it.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    /// <exception cref="InvalidOperationException">A text in it is none: a lone surrogate, or bytes that are not UTF-8.</exception>
    public static Click? Read(ReadOnlyMemory<byte> json)
    {
        Span<Range> values = stackalloc Range[s_names.Length];
        Find(json.Span, values);
        if (!Xid.TryParse(TextOf(json, values, Field.Xid).ToString().Trim(), out var xid))
        {
            return null;
        }

        var cut = false;
        var partner = Take(json, values, Field.PartnerKey, ref cut);
        return new Click(
            xid,
            partner.IsEmpty ? null : partner.ToString(),
            SubIds(json.Span[values[(int)Field.SubIds]], ref cut),
            Take(json, values, Field.Origin, ref cut),
            Take(json, values, Field.IpAddress, ref cut),
            Take(json, values, Field.UserAgent, ref cut),
            Take(json, values, Field.ExternalType, ref cut),
            Take(json, values, Field.ClickedAt, ref cut))
        {
            IsCut = cut,
        };
    }

    /// <summary>The texts of an array that are not empty; null when there is none, or it is no array.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public static IReadOnlyList<string>? SubIds(ReadOnlySpan<byte> json, ref bool cut)
    {
        var reader = new Utf8JsonReader(json);
        if (json.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return null;
        }

        List<string>? list = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } text)
            {
                if (text.Length <= ClickBounds.SubId && list is not { Count: >= ClickBounds.SubIds })
                {
                    (list ??= []).Add(text);
                }
                else
                {
                    cut = true;
                }
            }

            reader.Skip();
        }

        // Nothing may follow.
        reader.Read();
        return list;
    }

    // Where the known fields' values stand; of two with one name the last, as most parsers have it (https://www.rfc-editor.org/rfc/rfc8259#section-4).
    private static void Find(ReadOnlySpan<byte> json, Span<Range> values)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref reader);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (field >= 0)
            {
                values[field] = start..(int)reader.BytesConsumed;
            }
        }

        // Nothing may follow.
        reader.Read();
    }

    private static int FieldOf(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < s_names.Length; i++)
        {
            if (reader.ValueTextEquals(s_names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    // What is worth sending on.
    private static Utf8Text Take(ReadOnlyMemory<byte> json, Span<Range> values, Field field, ref bool cut)
    {
        var text = TextOf(json, values, field);
        var isLong = text.Span.Length > ClickBounds.Field;
        cut |= isLong;
        return isLong || WordsForNothing.Include(text.Span) ? default : text;
    }

    // A text, or a number as it is written; anything else is absent.
    private static Utf8Text TextOf(ReadOnlyMemory<byte> json, Span<Range> values, Field field)
    {
        var token = json[values[(int)field]];
        if (token.IsEmpty)
        {
            return default;
        }

        var reader = new Utf8JsonReader(token.Span);
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Number => new Utf8Text(token),
            JsonTokenType.String when reader.ValueIsEscaped => reader.GetString(),
            JsonTokenType.String when Utf8.IsValid(reader.ValueSpan) => new Utf8Text(token[1..^1]),
            JsonTokenType.String => throw new InvalidOperationException("Bytes that are not UTF-8."),
            _ => default,
        };
    }
}
