using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace ProxyShim.Customers;

/// <summary>Whether a text that should name a partner, a link or a click holds an e-mail address, plain or in one of the forms that URLs bring: %40, %2540, base64.</summary>
internal static class AddressLike
{
    // The at sign, and its full-width and small forms, which mail programs take for it.
    private static readonly SearchValues<char> s_at = SearchValues.Create("@\uFF20\uFE6B");

    private static readonly SearchValues<char> s_domain = SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> s_controls =
        SearchValues.Create([.. Enumerable.Range(0, 0xa0).Select(static code => (char)code).Where(char.IsControl)]);

    // Longer than any address (256 bytes: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3) in base64.
    private const int MaxBase64 = 344;

    // A query string that was kept as it came, within another.
    private const int MostEscapes = 2;

    /// <summary>For what is a name otherwise: one that is taken for an address by chance is still told from others.</summary>
    public static bool Matches(string text) => Find(text, mayBeRandom: false);

    /// <summary>
    /// For what is random otherwise, as a click id is: what base64 hides must be an address with its domain. A text with an at sign is what one in some forty thousand click
    /// ids decodes to by chance.
    /// </summary>
    public static bool MatchesBeyondChance(string text) => Find(text, mayBeRandom: true);

    private static bool Find(string text, bool mayBeRandom)
    {
        for (var escapes = 0; ; escapes++)
        {
            if (text.AsSpan().ContainsAny(s_at) || IsInBase64(text, mayBeRandom))
            {
                return true;
            }

            if (escapes == MostEscapes || !text.Contains('%', StringComparison.Ordinal))
            {
                return false;
            }

            text = Uri.UnescapeDataString(text);
        }
    }

    // Landing URLs carry the partner key in base64, without padding (CONTRACT.md); what decodes to something unprintable is a name that only looks so.
    private static bool IsInBase64(ReadOnlySpan<char> text, bool mayBeRandom)
    {
        text = text.TrimEnd('=');
        if (text.Length is < 8 or > MaxBase64 || text.Length % 4 == 1)
        {
            return false;
        }

        Span<byte> digits = stackalloc byte[MaxBase64];
        if (Ascii.FromUtf16(text, digits, out var length) != OperationStatus.Done)
        {
            return false;
        }

        digits = digits[..length];
        digits.Replace((byte)'+', (byte)'-');
        digits.Replace((byte)'/', (byte)'_');
        Span<byte> bytes = stackalloc byte[MaxBase64];
        Span<char> decoded = stackalloc char[MaxBase64];
        return Base64Url.DecodeFromUtf8(digits, bytes, out _, out var written) == OperationStatus.Done
            && Utf8.ToUtf16(bytes[..written], decoded, out _, out var count, replaceInvalidSequences: false) == OperationStatus.Done
            && IsAddress(decoded[..count], mayBeRandom);
    }

    private static bool IsAddress(ReadOnlySpan<char> text, bool mayBeRandom) =>
        text.LastIndexOfAny(s_at) is >= 0 and var at && !text.ContainsAny(s_controls) && (!mayBeRandom || (at > 0 && IsDomain(text[(at + 1)..])));

    private static bool IsDomain(ReadOnlySpan<char> text) => text.LastIndexOf('.') is > 0 and var dot && dot < text.Length - 2 && !text.ContainsAnyExcept(s_domain);
}
