using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.CustomerApi;

/// <summary>The success envelope with the Customer object, as the Customer API would answer it. CONTRACT.md, Customer API.</summary>
/// <param name="Version">Whose envelope it is.</param>
/// <param name="Request">The customer.</param>
/// <param name="SubIds">The click's subIDs.</param>
/// <param name="CreatedAt">When the customer was created, for <c>created_at</c> and <c>updated_at</c> (epoch milliseconds).</param>
/// <param name="Test">Whether the customer belongs to the test environment.</param>
/// <param name="IsRead">
/// Whether it answers a read, and not the call that creates. The field has learned that a read shows <c>meta</c> empty and its values under <c>mdata</c>.
/// </param>
internal sealed record CustomerObject(
    CustomerApiVersion Version, CustomerRequest Request, IReadOnlyList<string>? SubIds, DateTimeOffset CreatedAt, bool Test, bool IsRead = false)
{
    /// <summary>Writes the envelope.</summary>
    /// <param name="status">The envelope's <c>status</c>.</param>
    public void Write(Utf8JsonWriter json, int status)
    {
        var meta = Request.Meta is { } known ? known.Span : "{}"u8;
        json.WriteStartObject();
        json.WriteStartObject(Version.DataName);

        // PartnerStack's own key does not exist yet; the real API takes the customer_key wherever it takes its own.
        json.WriteString("key"u8, Request.CustomerKey.Value);
        json.WriteString("customer_key"u8, Request.CustomerKey.Value);
        json.WriteString("email"u8, Request.Email);
        json.WriteString("name"u8, Request.Name);
        json.WriteString("provider_key"u8, Request.ProviderKey);
        json.WriteString("partner_key"u8, Request.PartnerKey);
        json.WriteNull("partnership_key"u8);
        json.WritePropertyName("meta"u8);
        json.WriteRawValue(IsRead ? "{}"u8 : meta, skipInputValidation: true);
        if (IsRead)
        {
            json.WritePropertyName("mdata"u8);
            json.WriteRawValue(meta, skipInputValidation: true);
        }

        json.WriteBoolean("test"u8, Test);
        json.WriteNull("source_key"u8);
        json.WriteNull("source_type"u8);
        JsonText.WriteStringArray(json, "sub_ids"u8, SubIds);
        json.WriteNumber("created_at"u8, CreatedAt.ToUnixTimeMilliseconds());
        json.WriteNumber("updated_at"u8, CreatedAt.ToUnixTimeMilliseconds());
        json.WriteStartArray("fields"u8);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteString("message"u8, IsRead ? "Customer successfully retrieved"u8 : "Customer successfully created"u8);
        json.WriteNumber("status"u8, status);
        json.WriteEndObject();
    }
}
