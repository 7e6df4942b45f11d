using System.Text;
using System.Text.Json;
using ProxyShim.Customers;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Reads what stands in Redis as a click. What cannot be read is a miss, never an error: somebody else wrote it.</summary>
internal static class ClickReader
{
    /// <summary>A bare xid, or a JSON object with at least <c>xid</c>; null when it is neither.</summary>
    public static Click? FromString(RedisValue value)
    {
        var bytes = (ReadOnlyMemory<byte>)value;
        var text = bytes.Span.Trim(" \t\r\n"u8);
        if (text.IsEmpty)
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

        return Xid.TryParse(fields.GetValueOrDefault("xid")?.Trim(), out var xid)
            ? new Click(
                xid,
                NullIfEmpty(fields.GetValueOrDefault("partner_key")),
                SubIdList(fields.GetValueOrDefault("sub_ids")),
                fields.GetValueOrDefault("origin"),
                fields.GetValueOrDefault("ip_address"),
                fields.GetValueOrDefault("user_agent"),
                fields.GetValueOrDefault("external_type"),
                fields.GetValueOrDefault("clicked_at"))
            : null;
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

    private static IReadOnlyList<string>? SubIdList(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (text.TrimStart()[0] != '[')
        {
            var list = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return list.Length == 0 ? null : list;
        }

        try
        {
            return ClickJson.SubIds(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
