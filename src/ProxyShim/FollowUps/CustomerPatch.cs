using System.Runtime.InteropServices;
using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.FollowUps;

/// <summary>What a write about a customer changes, as far as a read shows it.</summary>
internal static class CustomerPatch
{
    /// <param name="body">A JSON object; members that are absent, or of another type, change nothing.</param>
    public static CustomerRequest Apply(CustomerRequest customer, ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(ByteOrderMark.Skip(body));
        var root = document.RootElement;
        return customer with
        {
            Email = Text(root, "email") ?? customer.Email,
            Name = Text(root, "name") ?? customer.Name,
            ProviderKey = Text(root, "provider_key") ?? customer.ProviderKey,
            PartnerKey = Text(root, "partner_key") ?? customer.PartnerKey,
            Meta = root.TryGetProperty("meta"u8, out var meta) && meta.ValueKind == JsonValueKind.Object ? JsonMarshal.GetRawUtf8Value(meta).ToArray() : customer.Meta,
        };
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
