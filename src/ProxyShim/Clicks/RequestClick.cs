using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.Clicks;

/// <summary>Finds the click id that a call brings itself.</summary>
internal static class RequestClick
{
    /// <summary>
    /// The request with its click, and without it in <c>meta</c>, where it would be a custom field that the vendor has not asked for; the request as it is when no field
    /// holds a click id. What is forwarded is the body as it came, in any case.
    /// </summary>
    /// <param name="json">The body that was read as <paramref name="request"/>.</param>
    /// <param name="fields">Best first.</param>
    public static CustomerRequest Take(CustomerRequest request, ReadOnlyMemory<byte> json, IReadOnlyList<RequestField> fields)
    {
        using var document = JsonDocument.Parse(ByteOrderMark.Skip(json));
        var root = document.RootElement;
        var meta = root.TryGetProperty("meta", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        foreach (var field in fields)
        {
            if (XidOf(field.InMeta ? meta : root, field.Name) is { } xid)
            {
                return request with { Click = new Click(xid), Meta = Without(meta, fields) };
            }
        }

        return request;
    }

    private static Xid? XidOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && Xid.TryParse(JsonText.TextOf(value).Trim(), out var xid)
            ? xid
            : null;

    private static ReadOnlyMemory<byte>? Without(JsonElement meta, IReadOnlyList<RequestField> fields)
    {
        if (meta.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var rest = meta.EnumerateObject().Where(property => !fields.Any(field => field.InMeta && property.NameEquals(field.Name))).ToList();
        return rest.Count == 0 ? null : (ReadOnlyMemory<byte>?)JsonText.Write(rest, static (json, rest) =>
        {
            json.WriteStartObject();
            foreach (var property in rest)
            {
                // As it stands there: a number of many digits would be another one.
                json.WritePropertyName(property.Name);
                json.WriteRawValue(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(property.Value), skipInputValidation: true);
            }

            json.WriteEndObject();
            return 0;
        }).Text;
    }
}
