using System.Buffers.Text;
using System.Text;
using ProxyShim.Customers;

namespace ProxyShim.Clicks;

/// <summary>
/// A partner key as a site kept it: plain, or as it stands in the landing page's <c>ps_partner_key</c>, which is base64, as often as not without its padding
/// (https://docs.partnerstack.com/docs/advanced-usage).
/// </summary>
internal static class PartnerKeySpelling
{
    // A shorter one may be a plain key that looks like base64.
    private const int LeastUnpadded = 12;

    /// <summary>Whether a click's key is the key that a request names.</summary>
    public static bool IsSame(string kept, string named) => kept == named || Decode(kept) == named;

    /// <summary>The plain key of the partner whom a click names, where it is another than the request's; null where it is the same, or the click names none.</summary>
    public static string? OtherThan(string named, Click click) => click.PartnerKey is { } kept && !IsSame(kept, named) ? Plain(kept) : null;

    /// <summary>The plain key, as far as that can be told without knowing it: of base64 with its padding, or of a length at which chance is out of the question.</summary>
    public static string Plain(string kept) => kept.EndsWith('=') || kept.Length >= LeastUnpadded ? OfLandingUrl(kept) : kept;

    /// <summary>The plain key of a value that is known to come from the landing page's URL; the value itself where it is no base64 of a key.</summary>
    public static string OfLandingUrl(string value) =>
        Decode(value) is { Length: > 0 } plain && plain.All(character => char.IsAsciiLetterOrDigit(character) || "._@+-".Contains(character, StringComparison.Ordinal))
            ? plain
            : value;

    /// <summary>Null when it is no base64 of a text. Percent signs are those of a query string that was kept as it came.</summary>
    private static string? Decode(string kept)
    {
        var text = (kept.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(kept) : kept).TrimEnd('=');
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        try
        {
            // Either alphabet, and no padding.
            return Base64Url.TryDecodeFromChars(text.Replace('+', '-').Replace('/', '_'), bytes, out var length)
                ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes, 0, length)
                : null;
        }
        catch (Exception exception) when (exception is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
