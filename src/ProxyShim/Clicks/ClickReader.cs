using System.Text.Json;
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
                Text(fields, "partner_key"),
                SubIdList(fields.GetValueOrDefault("sub_ids")),
                Text(fields, "origin"),
                Text(fields, "ip_address"),
                Text(fields, "user_agent"),
                Text(fields, "external_type"),
                Text(fields, "clicked_at"))
            : null;
    }

    private static Click? BareXid(string? text) => Xid.TryParse(text, out var xid) ? new Click(xid) : null;

    private static Click? FromJson(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return Xid.TryParse(Text(root, "xid")?.Trim(), out var xid)
                ? new Click(
                    xid,
                    Text(root, "partner_key"),
                    root.TryGetProperty("sub_ids", out var subIds) ? SubIdList(subIds) : null,
                    Text(root, "origin"),
                    Text(root, "ip_address"),
                    Text(root, "user_agent"),
                    Text(root, "external_type"),
                    Text(root, "clicked_at"))
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with a lone surrogate or bytes that are not UTF-8.
            return null;
        }
    }

    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => NullIfEmpty(value.GetString()),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }

    private static string? Text(Dictionary<string, string?> fields, string name) => NullIfEmpty(fields.GetValueOrDefault(name));

    private static List<string>? SubIdList(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var list = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } text)
            {
                list.Add(text);
            }
        }

        return list.Count == 0 ? null : list;
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
            using var document = JsonDocument.Parse(text);
            return SubIdList(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
