using System.Text.Json;
using ProxyShim.Primitives;

namespace ProxyShim.Customers;

/// <summary>What a transaction says of money. Nothing is interpreted: the unit is the caller's.</summary>
/// <param name="Amount">The body's <c>amount</c>; null where it is absent or no number that fits.</param>
/// <param name="Currency">The body's <c>currency</c>; null where it is not three ASCII letters.</param>
internal readonly record struct Sale(decimal? Amount, string? Currency)
{
    private const int CurrencyLetters = 3;

    private static readonly byte[][] s_names = JsonMembers.Names("amount", "currency");

    /// <summary>Reads a call's body; what is no JSON object tells nothing.</summary>
    public static Sale Read(ReadOnlyMemory<byte> body)
    {
        var json = ByteOrderMark.Skip(body).Span;
        Span<Range> values = stackalloc Range[s_names.Length];
        try
        {
            return JsonMembers.TryFind(json, s_names, values) ? new Sale(AmountOf(json[values[0]]), CurrencyOf(JsonMembers.TextOf(json[values[1]]))) : default;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair in the text.
            return default;
        }
    }

    private static decimal? AmountOf(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(value);
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var number) ? number : null;
    }

    private static string? CurrencyOf(string? text) => text is { Length: CurrencyLetters } && text.All(char.IsAsciiLetter) ? text : null;
}
