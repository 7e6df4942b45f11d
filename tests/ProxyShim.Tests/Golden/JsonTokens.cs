using System.Text;
using System.Text.Json;

namespace ProxyShim.Tests.Golden;

/// <summary>Takes JSON apart, so that two texts can be compared in all but white space and escapes: order, kinds, and how a number is written count.</summary>
public static class JsonTokens
{
    /// <summary>A line a token.</summary>
    public static IReadOnlyList<string> Of(ReadOnlySpan<byte> json)
    {
        var tokens = new List<string>();
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            tokens.Add(reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                ? $"{reader.TokenType} {reader.GetString()}"
                : $"{reader.TokenType} {Encoding.UTF8.GetString(reader.ValueSpan)}");
        }

        return tokens;
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{byte})"/>
    public static IReadOnlyList<string> Of(string json) => Of(Encoding.UTF8.GetBytes(json));
}
