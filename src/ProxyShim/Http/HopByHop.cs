using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ProxyShim.Http;

/// <summary>
/// Headers that <c>Connection</c> names are for one connection only (https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1).
/// YARP removes those that always are (https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Forwarder/RequestUtilities.cs,
/// <c>ShouldSkipRequestHeader</c>), not these.
/// </summary>
/// <remarks>
/// Kestrel replaces a request's <c>keep-alive, X-Mine</c> by <c>keep-alive</c>
/// (https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/HttpHeaders.cs,
/// <c>ParseConnection</c>), so that <c>X-Mine</c> is passed on in that case.
/// </remarks>
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
