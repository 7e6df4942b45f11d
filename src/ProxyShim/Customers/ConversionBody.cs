using System.Text.Json;
using ProxyShim.Primitives;

namespace ProxyShim.Customers;

/// <summary>What the Conversion API is told of a customer. CONTRACT.md, S2S Conversion API.</summary>
internal static class ConversionBody
{
    /// <summary>The JSON body: exactly the documented fields that we have, none of them empty. The visitor's own data come from the click only.</summary>
    /// <param name="click">Null while there is none: then it is no conversion yet.</param>
    public static void Compose(Utf8JsonWriter json, CustomerRequest request, Click? click)
    {
        json.WriteStartObject();
        if (click is not null)
        {
            json.WriteString("xid"u8, click.Xid.Value);
        }

        json.WriteString("customer_key"u8, request.CustomerKey.Value);
        WriteText(json, "email"u8, request.Email);
        WriteText(json, "name"u8, request.Name);
        WriteText(json, "provider_key"u8, request.ProviderKey);
        if (click is not null)
        {
            WriteVisitor(json, click);
        }

        if (request.Meta is { } meta)
        {
            json.WritePropertyName("meta"u8);
            json.WriteRawValue(meta.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static void WriteVisitor(Utf8JsonWriter json, Click click)
    {
        WriteText(json, "origin"u8, click.Origin.Span);
        WriteText(json, "ip_address"u8, click.IpAddress.Span);
        WriteText(json, "user_agent"u8, click.UserAgent.Span);
        WriteText(json, "external_type"u8, click.ExternalType.Span);
        if (click.SubIds is { Count: > 0 } subIds)
        {
            JsonText.WriteStringArray(json, "sub_ids"u8, subIds);
        }
    }

    // CONTRACT.md: an empty string is worse than an absent field.
    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            json.WriteString(name, value);
        }
    }
}
