using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ProxyShim.Http;

/// <summary>
/// Headers that <c>Connection</c> names are for one connection only (RFC 9110, section 7.6.1). YARP takes away those that are always so, not these.
/// </summary>
/// <remarks>Of a request's <c>keep-alive, X-Mine</c> Kestrel keeps the first word only, so that <c>X-Mine</c> goes on in that case.</remarks>
internal static class HopByHop
{
    // A body's framing is not for the other side to take away.
    private static readonly HashSet<string> s_framing = new(StringComparer.OrdinalIgnoreCase) { HeaderNames.ContentLength, HeaderNames.TransferEncoding };

    /// <summary>Takes away the headers that <paramref name="connection"/>, the values of a <c>Connection</c> header, names.</summary>
    public static void Remove(StringValues connection, IHeaderDictionary headers)
    {
        foreach (var value in connection)
        {
            foreach (var name in (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (!s_framing.Contains(name))
                {
                    headers.Remove(name);
                }
            }
        }
    }
}
