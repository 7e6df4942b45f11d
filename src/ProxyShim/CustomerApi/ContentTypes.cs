using System.Net.Mime;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace ProxyShim.CustomerApi;

/// <summary>Which bodies are JSON that we may read.</summary>
internal static class ContentTypes
{
    /// <summary>Whether it is <c>application/json</c> in UTF-8, said or unsaid.</summary>
    public static bool IsUtf8Json(string? contentType) =>
        contentType is MediaTypeNames.Application.Json
        || (MediaTypeHeaderValue.TryParse(contentType, out var parsed)
            && parsed.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase)
            && (!parsed.Charset.HasValue || HeaderUtilities.RemoveQuotes(parsed.Charset).Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase)));
}
