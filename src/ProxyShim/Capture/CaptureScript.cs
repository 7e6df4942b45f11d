using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace ProxyShim.Capture;

/// <summary>The script for landing pages and sign-up pages, as it lies in the binary.</summary>
internal static class CaptureScript
{
    /// <summary>Always the newest: an address that a page can name once and for all.</summary>
    public const string Path = "/capture.js";

    /// <summary>The same of one version, for good; another version's is answered with the newest, so that a page that names it goes on to work.</summary>
    public const string VersionedPath = "/capture.{version}.js";

    private const int VersionLength = 12;

    // For a day a page needs not ask; for a week more it may use what it has while it asks.
    private const string Short = "public, max-age=86400, stale-while-revalidate=604800";
    private const string Long = "public, max-age=31536000, immutable";

    private static readonly Lazy<Content> s_content = new(Content.Read);

    /// <summary>The beginning of its SHA-256: another one whenever a letter of it changes.</summary>
    public static string Version => s_content.Value.Version;

    /// <summary>How long it is on the wire for a browser, in bytes.</summary>
    public static int CompressedLength => s_content.Value.Compressed.Length;

    public static async Task WriteAsync(HttpContext context)
    {
        var content = s_content.Value;
        var isCompressed = context.Request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value == "gzip" && coding.Quality is not 0);
        var (headers, tag) = (context.Response.Headers, new EntityTagHeaderValue(isCompressed ? $"\"{content.Version}-gzip\"" : $"\"{content.Version}\""));
        headers.ETag = tag.ToString();
        headers.CacheControl = (string?)context.Request.RouteValues["version"] == content.Version ? Long : Short;
        headers.Vary = HeaderNames.AcceptEncoding;

        // A page may load it with integrity and crossorigin, or under Cross-Origin-Embedder-Policy
        // (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Cross-Origin-Embedder-Policy).
        headers.AccessControlAllowOrigin = "*";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var bytes = isCompressed ? content.Compressed : content.Plain;
        headers.ContentType = "text/javascript; charset=utf-8";
        headers.ContentEncoding = isCompressed ? "gzip" : default;
        headers.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    private sealed record Content(byte[] Plain, byte[] Compressed, string Version)
    {
        // Without what is there for its readers here: a fifth of it.
        public static Content Read()
        {
            using var source = new StreamReader(typeof(CaptureScript).Assembly.GetManifestResourceStream("ProxyShim.Capture.capture.js")!);
            var lines = source.ReadToEnd().Split('\n').Select(line => line.Trim());
            var plain = Encoding.UTF8.GetBytes(string.Join('\n', lines.Where((line, i) => i == 0 || (line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal)))));
            var compressed = new MemoryStream();
            using (var zip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            {
                zip.Write(plain);
            }

            return new(plain, compressed.ToArray(), Convert.ToHexStringLower(SHA256.HashData(plain))[..VersionLength]);
        }
    }
}
