using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.FollowUps;

/// <summary>What a write about a customer changes, as far as a read shows it.</summary>
internal static class CustomerPatch
{
    /// <param name="body">
    /// A JSON object; members that are absent, or of another type, change nothing. One with a text in it that is none changes nothing at all.
    /// </param>
    public static CustomerRequest Apply(CustomerRequest customer, ReadOnlyMemory<byte> body)
    {
        try
        {
            return Utf8.IsValid(body.Span) ? Patch(customer, body) : customer;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: what PartnerStack makes of it, it shows in some minutes.
            return customer;
        }
    }

    private static CustomerRequest Patch(CustomerRequest customer, ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(ByteOrderMark.Skip(body));
        var root = document.RootElement;
        return customer with
        {
            Email = Text(root, "email") ?? customer.Email,
            Name = Text(root, "name") ?? customer.Name,
            ProviderKey = Text(root, "provider_key") ?? customer.ProviderKey,
            PartnerKey = Text(root, "partner_key") ?? customer.PartnerKey,
            Meta = root.TryGetProperty("meta"u8, out var meta) && meta.ValueKind == JsonValueKind.Object ? Merge(customer.Meta, meta) : customer.Meta,
        };
    }

    // Custom fields are set one by one: what is not named stays.
    private static ReadOnlyMemory<byte> Merge(ReadOnlyMemory<byte>? before, JsonElement meta)
    {
        if (before is not { } known)
        {
            return JsonMarshal.GetRawUtf8Value(meta).ToArray();
        }

        using var document = JsonDocument.Parse(known);
        return JsonText.Write((document.RootElement, meta), static (json, both) =>
        {
            json.WriteStartObject();
            foreach (var field in both.RootElement.EnumerateObject().Where(field => !both.meta.TryGetProperty(field.Name, out _)).Concat(both.meta.EnumerateObject()))
            {
                field.WriteTo(json);
            }

            json.WriteEndObject();
            return 0;
        }).Text;
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
