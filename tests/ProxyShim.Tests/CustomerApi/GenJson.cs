using System.Globalization;
using System.Text;
using CsCheck;

namespace ProxyShim.Tests.CustomerApi;

/// <summary>Generates JSON text: each string in one of the ways in which JSON allows to write it.</summary>
internal static class GenJson
{
    /// <summary>Any text without lone surrogates: letters, controls, quotes, letters of three and four bytes.</summary>
    public static readonly Gen<string> Text = Gen.OneOf(
        Gen.Char['a', 'z'].Select(letter => letter.ToString()),
        Gen.Char['\0', '\u007f'].Select(letter => letter.ToString()),
        Gen.Int[0x80, 0xD7FF].Select(char.ConvertFromUtf32),
        Gen.Int[0xE000, 0xFFFF].Select(char.ConvertFromUtf32),
        Gen.Int[0x10000, 0x10FFFF].Select(char.ConvertFromUtf32)).Array[0, 40].Select(string.Concat);

    private static readonly string[] s_names = ["customer_key", "email", "partner_key", "name", "provider_key", "member_key", "meta", "key", "EMAIL", "x"];

    private static readonly string[] s_oddTokens =
    [
        "null", "true", "0", "-0", "1.0", "1e3", "42", "-5", "\"\"", "\"\\ud800\"", "\"\\udc00x\"", "{}", "[]", "", "nul", "\"", "\u0001", "1e999999", "\"\\u00\"",
        "\"ann@example.com\"", "\"a@b@c\"", "{\"a\":1,\"a\":2}", "[[[[]]]]",
    ];

    /// <summary>A value of any kind, now and then one that is no JSON.</summary>
    private static readonly Gen<string> s_value = Gen.OneOf(
        Gen.OneOf(s_oddTokens),
        Text.SelectMany(Quoted),
        Gen.Select(Text.SelectMany(Quoted), Gen.OneOf(s_oddTokens)).Select((name, value) => $"{{{name}:{value}}}"),
        Gen.OneOf(s_oddTokens).Array[0, 3].Select(items => $"[{string.Join(',', items)}]"));

    /// <summary>An object with known and unknown names, some of them twice.</summary>
    public static readonly Gen<string> Object = Gen.Select(
            Gen.OneOf(Gen.OneOf(s_names).Select(name => $"\"{name}\""), Text.SelectMany(Quoted)), s_value)
        .Select((name, value) => $"{name}:{value}").Array[0, 8].Select(members => $"{{{string.Join(',', members)}}}");

    /// <summary>The text as a JSON string, each of its UTF-16 units escaped or not, as chance has it.</summary>
    public static Gen<string> Quoted(string text) => Gen.Bool.Array[text.Length].Select(escape =>
    {
        var json = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            var mustEscape = text[i] is < ' ' or '"' or '\\';

            // Both halves of a pair are escaped or none: half of one is no UTF-8.
            var escaped = char.IsLowSurrogate(text[i]) ? escape[i - 1] : escape[i];
            json.Append(escaped || mustEscape ? $"\\u{((int)text[i]).ToString(escape[0] ? "x4" : "X4", CultureInfo.InvariantCulture)}" : text[i].ToString());
        }

        return json.Append('"').ToString();
    });
}
