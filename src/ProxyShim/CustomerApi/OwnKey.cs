using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.CustomerApi;

/// <summary>PartnerStack's own key of a customer. The Customer API takes it wherever it takes the customer_key (CONTRACT.md); the ledger does not know it.</summary>
internal static class OwnKey
{
    private const string Prefix = "cus_";

    /// <summary>Whether it has the form of one. A vendor's customer_key may have it as well.</summary>
    public static bool IsLike(CustomerKey identifier) => identifier.Value.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Of whom an answer tells that shows a customer.</summary>
    /// <param name="version">Whose envelope it is in.</param>
    /// <param name="identifier">By which the customer was named.</param>
    /// <returns>The customer_key; the identifier itself for a customer without one. Null when it shows no customer, or another one.</returns>
    public static CustomerKey? OwnerIn(ReadOnlyMemory<byte> envelope, CustomerApiVersion version, CustomerKey identifier)
    {
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(envelope));
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
                || !root.TryGetProperty(version.DataName, out var data) || data.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var customerKey = Text(data, "customer_key");
            return customerKey != identifier.Value && Text(data, "key") != identifier.Value ? null
                : CustomerKey.TryCreate(customerKey, out var owner) ? owner
                : identifier;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A page of some proxy's, say.
            return null;
        }
    }

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
