using System.Text.Json;
using System.Text.Unicode;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.FollowUps;

/// <summary>What writes about a customer change, as far as a read shows it.</summary>
internal static class CustomerPatch
{
    /// <param name="bodies">
    /// In the order in which they came, each a JSON object; members that are absent, or of another type, change nothing. One with a text in it that is none changes nothing
    /// at all.
    /// </param>
    public static CustomerRequest Apply(CustomerRequest customer, params IEnumerable<ReadOnlyMemory<byte>> bodies)
    {
        var fields = new CustomFields(customer.Meta);
        foreach (var body in bodies.Where(static body => Utf8.IsValid(body.Span)))
        {
            try
            {
                customer = Patch(customer, body, fields);
            }
            catch (InvalidOperationException)
            {
                // Half of a surrogate pair: what PartnerStack makes of it, it shows in some minutes.
            }
        }

        return fields.Write() is { } meta ? customer with { Meta = meta } : customer;
    }

    private static CustomerRequest Patch(CustomerRequest customer, ReadOnlyMemory<byte> body, CustomFields fields)
    {
        using var document = JsonDocument.Parse(ByteOrderMark.Skip(body));
        var root = document.RootElement;
        var patched = customer with
        {
            Email = Text(root, "email") ?? customer.Email,
            Name = Text(root, "name") ?? customer.Name,
            ProviderKey = Text(root, "provider_key") ?? customer.ProviderKey,
            PartnerKey = Text(root, "partner_key") ?? customer.PartnerKey,
        };
        if (root.TryGetProperty("meta"u8, out var meta) && meta.ValueKind == JsonValueKind.Object)
        {
            fields.Set(meta);
        }

        return patched;
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
