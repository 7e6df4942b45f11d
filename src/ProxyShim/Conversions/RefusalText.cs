using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyShim.Primitives;

namespace ProxyShim.Conversions;

/// <summary>What a refusal of the Conversion API said, without what may be personal data: to be kept for the operator who has to judge, and shown.</summary>
/// <remarks>
/// Whatever the conversion told of the customer is taken out, word by word, in whatever form it is repeated; and so is what looks like data: an address,
/// a longer number, escaped letters, anything in quotation marks. The names of the API's own fields and the click id stay: they are what a message is about.
/// </remarks>
internal static partial class RefusalText
{
    /// <summary>In UTF-16 code units.</summary>
    public const int MaxLength = 200;

    /// <summary>Stands for what was taken out.</summary>
    public const string Hidden = "[…]";

    // More than is ever shown, and little enough to be looked at word by word.
    private const int MostRead = 1000;

    // A status, a least length, a count; a longer number may be a customer's.
    private const int MostDigits = 3;

    // Of words. What takes two UTF-16 code units (\p{Cs}) has no category of its own there: rare ideographs of names, emoji.
    private const string PlainLetters = @"\p{L}\p{M}\p{N}";
    private const string Letters = PlainLetters + @"\p{Cs}";

    // Within words: of addresses, paths, keys, escaped letters (J\u00f6rg, J&ouml;rg).
    private const string Signs = @"_@.%+\-:/\\&#;";

    // Of an address, and of letters that are escaped, so that nothing tells whose they are.
    private const string DataSigns = @"@%\&";

    private static readonly HashSet<string> s_fields = new(StringComparer.Ordinal)
    {
        "xid", "customer_key", "email", "name", "provider_key", "origin", "ip_address", "user_agent", "external_type", "sub_ids", "meta", "partner_key",
    };

    /// <param name="message">What the API said.</param>
    /// <param name="conversion">What it said that to: JSON.</param>
    /// <returns>Null when there is nothing to show.</returns>
    public static string? Of(string? message, ReadOnlyMemory<byte> conversion)
    {
        if (string.IsNullOrWhiteSpace(message))
        {
            return null;
        }

        using var document = JsonDocument.Parse(conversion);
        var xid = document.RootElement.TryGetProperty("xid"u8, out var value) ? value.GetString() : null;
        var told = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Gather(document.RootElement, told, xid);

        // An API that escapes for a page escapes quotation marks too.
        var text = OneLine(WebUtility.HtmlDecode(Cut(message, MostRead)));
        text = QuotedText.Replace(text, Hidden, inner => IsAbout(inner, xid));
        text = Word().Replace(text, match => IsAbout(match.Value, xid) || !MayBeData(match.Value, told) ? match.Value : Hidden);
        text = Repeated().Replace(text, Hidden).Trim();
        return text.Length <= MaxLength ? text : Cut(text, MaxLength - 1).TrimEnd() + "…";
    }

    // Half a word is not known any more as one that was told, or as an address; and half of another may read like one that was told.
    private static string Cut(string text, int length) => text.Length <= length ? text : LastWord().Replace(text[..length], "");

    private static bool IsAbout(string word, string? xid) => s_fields.Contains(word) || word == xid;

    private static bool MayBeData(string word, HashSet<string> told) =>
        word.AsSpan().ContainsAny(DataSigns)
        || word.Count(char.IsDigit) > MostDigits
        || PartsOf(word).Any(told.Contains);

    private static IEnumerable<string> PartsOf(string text) => Part().Matches(text).Concat(PlainPart().Matches(text)).Select(part => part.Value);

    // Every word of every value; the names of meta's fields are the vendor's, not the customer's.
    private static void Gather(JsonElement element, HashSet<string> told, string? xid)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Gather(member.Value, told, xid);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Gather(item, told, xid);
                }

                break;
            case JsonValueKind.String when JsonText.TextOf(element) is var text && text != xid:
                told.UnionWith(PartsOf(text));
                break;
            case JsonValueKind.Number:
                told.UnionWith(PartsOf(element.GetRawText()));
                break;
        }
    }

    // What could end a line or turn it round in any reader becomes a space.
    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var isOdd = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
            line.Append(isOdd ? " " : rune.ToString());
        }

        return line.ToString();
    }

    [GeneratedRegex($@"[{Letters}{Signs}]*[{Letters}]")]
    private static partial Regex Word();

    [GeneratedRegex($@"[{Letters}{Signs}]+\z", RegexOptions.RightToLeft)]
    private static partial Regex LastWord();

    [GeneratedRegex($"[{Letters}]+")]
    private static partial Regex Part();

    // An emoji beside a name is not of it.
    [GeneratedRegex($"[{PlainLetters}]+")]
    private static partial Regex PlainPart();

    [GeneratedRegex(@"\[…\](\s*\[…\])+")]
    private static partial Regex Repeated();
}
