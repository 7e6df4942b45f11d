using System.Globalization;
using System.Text;
using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.Clicks;

/// <summary>How the shim itself writes a click; <see cref="ClickReader"/> reads it. What is not known is left out: to the Conversion API an empty text is worse than none.</summary>
internal static class StoredClick
{
    /// <summary>As a string: a JSON object.</summary>
    public static byte[] Json(Click click) => JsonText.Write(click, static (json, click) =>
    {
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

        if (click.When is { } at)
        {
            json.WriteNumber("clicked_at"u8, at.ToUnixTimeMilliseconds());
        }

        json.WriteEndObject();
        return 0;
    }).Text;

    /// <summary>As a hash.</summary>
    public static IEnumerable<(string Name, string Value)> Fields(Click click)
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

        if (click.When is { } at)
        {
            yield return ("clicked_at", at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
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
