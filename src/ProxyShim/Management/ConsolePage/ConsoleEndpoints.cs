using ProxyShim.Primitives;

namespace ProxyShim.Management.ConsolePage;

/// <summary>The console: a page at the root of the management listener. It holds no data; it asks the admin API, with the token that a person types into it.</summary>
internal static class ConsoleEndpoints
{
    /// <summary>Everything the page may do: load its own parts and call its own origin. No inline script or style, no frame around it, no markup out of data.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Maps each part of the page.</summary>
    /// <param name="isAdminOn">Whether there is a token to ask for; the page says so where there is none.</param>
    public static void MapConsole(this IEndpointRouteBuilder endpoints, bool isAdminOn)
    {
        foreach (var part in ConsoleAsset.ReadAll(isAdminOn))
        {
            endpoints.MapGet(part.Path, context => WriteAsync(context.Response, part));
        }
    }

    private static async Task WriteAsync(HttpResponse response, ConsoleAsset part)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // A new version of the shim brings a new page: a browser asks each time.
        headers.CacheControl = "no-cache";
        response.ContentType = part.ContentType;
        response.ContentLength = part.Content.Length;
        await response.Body.WriteAsync(part.Content, response.HttpContext.RequestAborted);
    }
}
