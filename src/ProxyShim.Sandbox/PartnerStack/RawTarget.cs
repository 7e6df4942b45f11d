namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>Takes a raw request target apart without decoding it, since decoding cannot be undone (<c>%2F</c>).</summary>
internal static class RawTarget
{
    /// <summary>The path and the query with its question mark, of an origin-form or absolute-form target.</summary>
    public static (string Path, string Query) Split(string target)
    {
        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0 && !target.StartsWith('/'))
        {
            var path = target.IndexOf('/', scheme + 3);
            target = path < 0 ? "/" : target[path..];
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? (target, "") : (target[..query], target[query..]);
    }

    /// <summary>The decoded segments of a path; a trailing slash makes none.</summary>
    public static string[] Segments(string path) =>
        [.. path.TrimEnd('/').Split('/').Skip(1).Select(Uri.UnescapeDataString)];
}
