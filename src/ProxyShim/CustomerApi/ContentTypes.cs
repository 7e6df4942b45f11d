using System.Net.Mime;
using System.Text;

namespace ProxyShim.CustomerApi;

/// <summary>
/// What a request's label says of its body. Many HTTP clients send a wrong one where the app names none (curl: https://curl.se/docs/manpage.html#-d; others:
/// tests/ProxyShim.EndToEnd/clients/zoo), so it decides nothing by itself.
/// </summary>
internal static class ContentTypes
{
    private const string Charset = "charset";

    /// <summary>Whether it says <c>application/json</c>.</summary>
    public static bool IsJson(string? contentType) =>
        Parts(contentType).FirstOrDefault() is { } type && type.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a body in UTF-8 means the same to a reader who takes the label at its word: it names no other charset, or the body is ASCII, which is the same
    /// in all that could show a JSON object there.
    /// </summary>
    public static bool IsReadAsUtf8(string? contentType, ReadOnlySpan<byte> body) => Ascii.IsValid(body) || Parts(contentType).All(static part =>
        !part.StartsWith(Charset, StringComparison.OrdinalIgnoreCase) || IsUtf8(part.AsSpan(Charset.Length).Trim(" \t='\"")));

    // utf8 is not a registered name (https://www.iana.org/assignments/character-sets), but many programs write it.
    private static bool IsUtf8(ReadOnlySpan<char> charset) =>
        charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase) || charset.IsEmpty;

    private static string[] Parts(string? contentType) =>
        contentType?.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
