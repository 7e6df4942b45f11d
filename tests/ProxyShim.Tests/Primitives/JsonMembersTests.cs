using System.Text;
using System.Text.Json;
using ProxyShim.Primitives;
using Xunit;

namespace ProxyShim.Tests.Primitives;

/// <summary>Which customer a call is about, and which click is whose, must not depend on how it is read.</summary>
public sealed class JsonMembersTests
{
    private static readonly byte[][] s_names = [.. new[] { "key", "amount" }.Select(Encoding.UTF8.GetBytes)];

    [Theory]
    [InlineData("""{"key":"ada","amount":1}""")]
    [InlineData("""{"amount":1,"key":"ada"}""")]
    [InlineData("""{"key":"ada","key":"bob"}""")]
    [InlineData("""{"key":"ada","amount":1,"key":"bob","amount":2}""")]
    [InlineData("""{"\u006bey":"ada"}""")]
    [InlineData("""{"Key":"ada","keys":"bob","ke":"eve"}""")]
    [InlineData("""{"meta":{"key":"ada","amount":[{"amount":3}]},"amount":{"key":"bob"}}""")]
    [InlineData("""{"key":"a\u0064\"a\\"}""")]
    [InlineData("""{"key":""}""")]
    [InlineData("""{"key":7,"amount":"7"}""")]
    [InlineData("""{"key":null,"amount":true}""")]
    [InlineData(""" { "key" : "ada" , "amount" : -1.5e3 } """)]
    [InlineData("""{"key":"\ud800"}""")]
    [InlineData("{}")]
    [InlineData("[\"key\"]")]
    [InlineData("\"key\"")]
    [InlineData("""{"key":"ada"} x""")]
    [InlineData("""{"key":"ada",}""")]
    [InlineData("""{"key":"ada" """)]
    [InlineData("""{"key":"ada"/**/}""")]
    [InlineData("")]
    public void It_finds_what_a_document_would(string text)
    {
        var json = Encoding.UTF8.GetBytes(text);

        Assert.Equal(s_names.Select(name => Of(() => ByDocument(json, name))), s_names.Select((_, place) => Of(() => ByMembers(json, place))));
    }

    private static string Of(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return exception is JsonException ? "no JSON" : "no text";
        }
    }

    private static string ByDocument(byte[] json, byte[] name)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(name, out var value)
            ? $"{value.GetRawText()} {(value.ValueKind == JsonValueKind.String ? value.GetString() : null)}"
            : "nothing";
    }

    private static string ByMembers(byte[] json, int place)
    {
        var values = new Range[s_names.Length];
        return JsonMembers.TryFind(json, s_names, values) && json[values[place]] is { Length: > 0 } value
            ? $"{Encoding.UTF8.GetString(value)} {JsonMembers.TextOf(value)}"
            : "nothing";
    }
}
