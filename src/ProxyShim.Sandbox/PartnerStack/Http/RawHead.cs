using System.Text;

namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>The head of a request as it came over the wire: Kestrel's header dictionary keeps neither the order nor the spelling.</summary>
internal sealed record RawHead(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Reads a head that Kestrel has accepted already.</summary>
    public static RawHead Parse(ReadOnlySpan<byte> bytes)
    {
        // A server ignores empty lines before the request line (RFC 9112, section 2.2), so they may be here.
        var lines = Encoding.Latin1.GetString(bytes).TrimStart('\r', '\n').Split('\n');
        var request = lines[0].TrimEnd('\r').Split(' ');
        var headers = new List<KeyValuePair<string, string>>(lines.Length);
        foreach (var line in lines.Skip(1).Select(static line => line.TrimEnd('\r')).TakeWhile(static line => line.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }

        return new(request[0], request[1], headers);
    }
}
