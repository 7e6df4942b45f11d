using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace ProxyShim.Customers;

/// <summary>The two spellings of a partner key: a landing URL carries base64 of it, mostly without padding; the Customer API has it plain. CONTRACT.md, Clicks.</summary>
internal static class PartnerKeys
{
    // A key is a name of some letters; what is longer is none, in either spelling.
    private const int MaxLength = 1024;

    /// <summary>The plain key that a text stands for; null when it is not base64 of printable text.</summary>
    public static string? TryDecode(string text)
    {
        var digits = text.AsSpan().TrimEnd('=');
        if (digits.IsEmpty || digits.Length > MaxLength)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[MaxLength];
        return Base64Url.TryDecodeFromChars(digits.ToString().Replace('+', '-').Replace('/', '_'), bytes, out var length)
            && Utf8.IsValid(bytes[..length])
            && Encoding.UTF8.GetString(bytes[..length]) is var key
            && !key.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter))
                ? key
                : null;
    }

    /// <summary>Whether a click's partner key, in either spelling, is the request's.</summary>
    public static bool AreSame(string click, string request) => click == request || TryDecode(click) == request;
}
