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
        JsonMembers.Names("xid", "partner_key", "sub_ids", "origin", "ip_address", "user_agent", "external_type", "clicked_at");

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
        if (!JsonMembers.TryFind(json.Span, s_names, values) || !Xid.TryParse(TextOf(json, values, Field.Xid).ToString().Trim(), out var xid))
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
        if (token.Span is not [(byte)'"', ..])
        {
            return token.Span is [(byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..] ? new Utf8Text(token) : default;
        }

        var text = token[1..^1];
        return text.Span.Contains((byte)'\\') ? JsonMembers.TextOf(token.Span)
            : Utf8.IsValid(text.Span) ? new Utf8Text(text)
            : throw new InvalidOperationException("Bytes that are not UTF-8.");
    }
}
