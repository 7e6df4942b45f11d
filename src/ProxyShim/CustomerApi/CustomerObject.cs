using System.Text.Json;
using ProxyShim.Text;

namespace ProxyShim.CustomerApi;

/// <summary>The success envelope with the Customer object, as the Customer API would answer it. CONTRACT.md, Customer API.</summary>
internal static class CustomerObject
{
    /// <summary>The answer to the call that creates a customer.</summary>
    /// <param name="subIds">The click's subIDs.</param>
    /// <param name="status">The envelope's <c>status</c>.</param>
    /// <param name="createdAt">When the customer was created, for <c>created_at</c> and <c>updated_at</c> (epoch milliseconds).</param>
    /// <param name="test">Whether the customer belongs to the test environment.</param>
    public static ReadOnlyMemory<byte> Envelope(
        CustomerApiVersion version, CustomerRequest request, IReadOnlyList<string>? subIds, int status, DateTimeOffset createdAt, bool test) =>
        JsonText.Write(
            (version, request, subIds, status, createdAt, test),
            static (json, of) => Write(json, of.version, of.request, of.subIds, of.status, of.createdAt, of.test, "Customer successfully created"u8, isRead: false));

    /// <summary>The answer to a read. The field has learned that it shows <c>meta</c> empty and its values under <c>mdata</c>.</summary>
    public static ReadOnlyMemory<byte> ReadEnvelope(
        CustomerApiVersion version, CustomerRequest request, IReadOnlyList<string> subIds, DateTimeOffset createdAt, bool test) =>
        JsonText.Write(
            (version, request, subIds, createdAt, test),
            static (json, of) => Write(
                json, of.version, of.request, of.subIds, StatusCodes.Status200OK, of.createdAt, of.test, "Customer successfully retrieved"u8, isRead: true));

    private static void Write(
        Utf8JsonWriter json,
        CustomerApiVersion version,
        CustomerRequest request,
        IReadOnlyList<string>? subIds,
        int status,
        DateTimeOffset createdAt,
        bool test,
        ReadOnlySpan<byte> message,
        bool isRead)
    {
        var meta = request.Meta is { } known ? known.Span : "{}"u8;
        json.WriteStartObject();
        json.WriteStartObject(version.DataName);

        // PartnerStack's own key does not exist yet; the real API takes the customer_key wherever it takes its own.
        json.WriteString("key"u8, request.CustomerKey.Value);
        json.WriteString("customer_key"u8, request.CustomerKey.Value);
        json.WriteString("email"u8, request.Email);
        json.WriteString("name"u8, request.Name);
        json.WriteString("provider_key"u8, request.ProviderKey);
        json.WriteString("partner_key"u8, request.PartnerKey);
        json.WriteNull("partnership_key"u8);
        json.WritePropertyName("meta"u8);
        json.WriteRawValue(isRead ? "{}"u8 : meta, skipInputValidation: true);
        if (isRead)
        {
            json.WritePropertyName("mdata"u8);
            json.WriteRawValue(meta, skipInputValidation: true);
        }

        json.WriteBoolean("test"u8, test);
        json.WriteNull("source_key"u8);
        json.WriteNull("source_type"u8);
        json.WriteStartArray("sub_ids"u8);
        foreach (var subId in subIds ?? [])
        {
            json.WriteStringValue(subId);
        }

        json.WriteEndArray();
        json.WriteNumber("created_at"u8, createdAt.ToUnixTimeMilliseconds());
        json.WriteNumber("updated_at"u8, createdAt.ToUnixTimeMilliseconds());
        json.WriteStartArray("fields"u8);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteString("message"u8, message);
        json.WriteNumber("status"u8, status);
        json.WriteEndObject();
    }
}
