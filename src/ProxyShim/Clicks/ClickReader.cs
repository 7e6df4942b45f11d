using System.Text;
using System.Text.Json;
using ProxyShim.Customers;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Reads what stands in Redis as a click. What cannot be read is a miss, never an error: another program wrote it.</summary>
internal static class ClickReader
{
    /// <summary>A bare xid, or a JSON object with at least <c>xid</c>; null when it is neither.</summary>
    public static Click? FromString(RedisValue value)
    {
        var bytes = (ReadOnlyMemory<byte>)value;
        var text = bytes.Span.Trim(" \t\r\n"u8);
        if (text.IsEmpty || bytes.Length > ClickBounds.Value)
        {
            return null;
        }

        return text[0] == (byte)'{' ? FromJson(bytes) : BareXid(((string?)value)?.Trim());
    }

    /// <summary>A hash with at least the field <c>xid</c>; <c>sub_ids</c> is a JSON array or a comma-separated list.</summary>
    public static Click? FromHash(HashEntry[] entries)
    {
        // Not ToDictionary: two names that are no text may decode to the same one.
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            fields[(string)entry.Name!] = entry.Value;
        }

        if (!Xid.TryParse(fields.GetValueOrDefault("xid")?.Trim(), out var xid))
        {
            return null;
        }

        var cut = false;
        return new Click(
            xid,
            Take(fields, "partner_key", ref cut),
            SubIdList(fields.GetValueOrDefault("sub_ids"), ref cut),
            Take(fields, "origin", ref cut),
            Take(fields, "ip_address", ref cut),
            Take(fields, "user_agent", ref cut),
            Take(fields, "external_type", ref cut),
            Take(fields, "clicked_at", ref cut))
        {
            IsCut = cut,
        };
    }

    private static Click? BareXid(string? text) => Xid.TryParse(text, out var xid) ? new Click(xid) : null;

    private static Click? FromJson(ReadOnlyMemory<byte> json)
    {
        try
        {
            return ClickJson.Read(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IReadOnlyList<string>? SubIdList(string? text, ref bool cut)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (text.Length > ClickBounds.Value)
        {
            cut = true;
            return null;
        }

        if (text.TrimStart()[0] != '[')
        {
            var all = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            string[] list = [.. all.Where(one => one.Length <= ClickBounds.SubId).Take(ClickBounds.SubIds)];
            cut |= list.Length < all.Length;
            return list.Length == 0 ? null : list;
        }

        try
        {
            return ClickJson.SubIds(Encoding.UTF8.GetBytes(text), ref cut);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // What is worth sending on; null for none.
    private static string? Take(Dictionary<string, string?> fields, string name, ref bool cut)
    {
        if (fields.GetValueOrDefault(name) is not { Length: > 0 } text)
        {
            return null;
        }

        var isLong = text.Length > ClickBounds.Field;
        cut |= isLong;
        return isLong || WordsForNothing.Include(text) ? null : text;
    }
}
