namespace ProxyShim.Primitives;

/// <summary>
/// The mark that some programs write before a text in UTF-8. A JSON parser may ignore it (https://www.rfc-editor.org/rfc/rfc8259#section-8.1); .NET's does so
/// for streams only (https://learn.microsoft.com/dotnet/api/system.text.json.jsondocument.parse).
/// </summary>
internal static class ByteOrderMark
{
    /// <summary>The text behind the mark; all of it where there is none.</summary>
    public static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> text) => text.Span.StartsWith("\uFEFF"u8) ? text["\uFEFF"u8.Length..] : text;
}
