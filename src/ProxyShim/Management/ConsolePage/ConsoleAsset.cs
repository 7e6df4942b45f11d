using System.Text;

namespace ProxyShim.Management.ConsolePage;

/// <summary>One file of the page, as it lies in the binary.</summary>
/// <param name="Path">Where it is served.</param>
internal sealed record ConsoleAsset(string Path, string ContentType, byte[] Content)
{
    private const string Resources = "ProxyShim.Management.ConsolePage.";
    private const string Page = "index.html";

    // The page shows what belongs to it; see console.css and main.js.
    private const string AdminOn = "data-admin=\"on\"";
    private const string AdminOff = "data-admin=\"off\"";

    private static readonly Dictionary<string, string> s_types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    /// <summary>All of them.</summary>
    public static IEnumerable<ConsoleAsset> ReadAll(bool isAdminOn) => typeof(ConsoleAsset).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Resources, StringComparison.Ordinal))
        .Select(name => Read(name[Resources.Length..], isAdminOn));

    private static ConsoleAsset Read(string name, bool isAdminOn)
    {
        using var reader = new StreamReader(typeof(ConsoleAsset).Assembly.GetManifestResourceStream(Resources + name)!);
        var text = reader.ReadToEnd();
        return name == Page
            ? new("/", s_types[".html"], Encoding.UTF8.GetBytes(isAdminOn ? text : text.Replace(AdminOn, AdminOff, StringComparison.Ordinal)))
            : new($"/console/{name}", s_types[System.IO.Path.GetExtension(name)], Encoding.UTF8.GetBytes(text));
    }
}
