using Microsoft.AspNetCore.Http.Features;

namespace ProxyShim.Http;

/// <summary>The request target as the caller wrote it. YARP rebuilds a path from its decoded form: a caller's <c>%2F</c> would arrive as <c>%252F</c>.</summary>
/// <remarks>https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Forwarder/RequestUtilities.cs, <c>MakeDestinationAddress</c>.</remarks>
internal static class RawTarget
{
    private static readonly UriCreationOptions s_asWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The raw path and query, of an absolute target too (<c>http://host/path</c>); <c>/</c> for one that has no path (<c>*</c>).</summary>
    public static string Of(HttpContext context)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (raw.StartsWith('/'))
        {
            return raw;
        }

        // Not Kestrel's Path: that is decoded, and of an absolute target its %2F as well.
        var scheme = raw.IndexOf("://", StringComparison.Ordinal);
        var path = scheme < 0 ? -1 : raw.AsSpan(scheme + 3).IndexOfAny('/', '?');
        return path < 0 ? "/" : raw[scheme + 3 + path] == '/' ? raw[(scheme + 3 + path)..] : $"/{raw.AsSpan(scheme + 3 + path)}";
    }

    /// <summary>A raw path and query on an origin.</summary>
    public static Uri On(string origin, string target) => new(origin + target, s_asWritten);

    /// <summary>The raw path without its query. Of slashes that begin it one is left: where the base URL of an app ends in one, it asks for <c>//api/…</c>.</summary>
    public static ReadOnlySpan<char> PathOf(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target.AsSpan(0, query);
        return path is ['/', '/', ..] ? path[(path.Length - path.TrimStart('/').Length - 1)..] : path;
    }
}
