using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace ProxyShim.Telemetry;

/// <summary>Whether a text that should name a partner or a link holds an e-mail address, plain or in one of the forms that URLs bring: %40, %2540, base64.</summary>
internal static class AddressLike
{
    // The at sign, and its full-width and small forms, which mail programs take for it.
    private static readonly SearchValues<char> s_at = SearchValues.Create("@\uFF20\uFE6B");

    // Longer than any address (256 bytes: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3) in base64.
    private const int MaxBase64 = 344;

    public static bool Matches(string text) =>
        text.AsSpan().ContainsAny(s_at)
        || (text.Contains('%', StringComparison.Ordinal)
            && (text.Contains("%40", StringComparison.Ordinal) || text.Contains("%2540", StringComparison.Ordinal)))
        || IsInBase64(text);

    // Landing URLs carry the partner key in base64, without padding (CONTRACT.md); what decodes to something unprintable is a name that only looks so.
    private static bool IsInBase64(ReadOnlySpan<char> text)
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
        Span<byte> decoded = stackalloc byte[MaxBase64];
        return Base64Url.DecodeFromUtf8(digits, decoded, out _, out var written) == OperationStatus.Done
            && decoded[..written] is var bytes && bytes.Contains((byte)'@') && !bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~');
    }
}
