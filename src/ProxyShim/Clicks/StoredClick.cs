using System.Globalization;
using System.Text;
using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Primitives;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>
/// How the shim itself writes a click; <see cref="ClickReader"/> reads it. What is not known is left out: to the Conversion API an empty text is worse than none.
/// </summary>
internal static class StoredClick
{
    /// <summary>A string: a JSON object.</summary>
    /// <param name="at">The click's own time.</param>
    public static byte[] Json(Click click, DateTimeOffset? at) => JsonText.Write((click, at), static (json, stored) =>
    {
        var (click, at) = stored;
        json.WriteStartObject();
        json.WriteString("xid"u8, click.Xid.Value);
        if (!string.IsNullOrEmpty(click.PartnerKey))
        {
            json.WriteString("partner_key"u8, click.PartnerKey);
        }

        WriteText(json, "origin"u8, click.Origin);
        WriteText(json, "ip_address"u8, click.IpAddress);
        WriteText(json, "user_agent"u8, click.UserAgent);
        WriteText(json, "external_type"u8, click.ExternalType);
        if (click.SubIds is not null)
        {
            JsonText.WriteStringArray(json, "sub_ids"u8, click.SubIds);
        }

        if (at is not null)
        {
            json.WriteNumber("clicked_at"u8, at.Value.ToUnixTimeMilliseconds());
        }

        json.WriteEndObject();
        return 0;
    }).Text;

    /// <summary>A hash, as its script takes it: xid, time, life, then names and values.</summary>
    /// <inheritdoc cref="Json" path="/param"/>
    /// <param name="life">In milliseconds.</param>
    public static RedisValue[] Hash(Click click, DateTimeOffset? at, long life) =>
    [
        click.Xid.Value, at?.ToUnixTimeMilliseconds() ?? 0, life,
        .. Fields(click, at).SelectMany(static field => new RedisValue[] { field.Name, field.Value }),
    ];

    private static IEnumerable<(string Name, string Value)> Fields(Click click, DateTimeOffset? at)
    {
        foreach (var (name, value) in new (string, string?)[]
        {
            ("xid", click.Xid.Value), ("partner_key", click.PartnerKey), ("origin", click.Origin.ToString()), ("ip_address", click.IpAddress.ToString()),
            ("user_agent", click.UserAgent.ToString()), ("external_type", click.ExternalType.ToString()),
        })
        {
            if (!string.IsNullOrEmpty(value))
            {
                yield return (name, value);
            }
        }

        if (click.SubIds is not null)
        {
            yield return ("sub_ids", Encoding.UTF8.GetString(JsonText.Write(click.SubIds, static (json, subIds) =>
            {
                json.WriteStartArray();
                foreach (var subId in subIds)
                {
                    json.WriteStringValue(subId);
                }

                json.WriteEndArray();
                return 0;
            }).Text));
        }

        if (at is not null)
        {
            yield return ("clicked_at", at.Value.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, Utf8Text value)
    {
        if (!value.IsEmpty)
        {
            json.WriteString(name, value.Span);
        }
    }
}
