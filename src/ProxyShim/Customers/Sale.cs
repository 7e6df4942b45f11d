using System.Text.Json;
using ProxyShim.Primitives;

namespace ProxyShim.Customers;

/// <summary>What a transaction says of money. Nothing is interpreted: the unit is the caller's.</summary>
/// <param name="Amount">The body's <c>amount</c>; null where it is absent or no number that fits.</param>
/// <param name="Currency">The body's <c>currency</c>; null where it is not three ASCII letters.</param>
internal readonly record struct Sale(decimal? Amount, string? Currency)
{
    private const int CurrencyLetters = 3;

    /// <summary>Reads a call's body; what is no JSON object tells nothing.</summary>
    public static Sale Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(body));
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object ? default : new Sale(
                root.TryGetProperty("amount"u8, out var amount) && amount.ValueKind == JsonValueKind.Number && amount.TryGetDecimal(out var number) ? number : null,
                root.TryGetProperty("currency"u8, out var currency) && currency.ValueKind == JsonValueKind.String ? CurrencyOf(currency.GetString()!) : null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair in the text.
            return default;
        }
    }

    private static string? CurrencyOf(string text) => text.Length == CurrencyLetters && text.All(char.IsAsciiLetter) ? text : null;
}
