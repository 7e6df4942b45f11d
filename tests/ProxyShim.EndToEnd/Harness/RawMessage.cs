using System.Globalization;
using System.Text;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>An HTTP/1.x message exactly as it was on the wire, but for the coding of its transfer.</summary>
/// <param name="StartLine">The request line or the status line.</param>
/// <param name="Headers">All header lines in order and spelling; each byte is one character (Latin-1).</param>
/// <param name="Body">The body without a transfer coding.</param>
public sealed record RawMessage(string StartLine, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    /// <summary>In how many packets it came, where the next message was not sent before it was answered.</summary>
    public int Packets { get; init; }

    /// <summary>The method of a request.</summary>
    public string Method => StartLine.Split(' ')[0];

    /// <summary>The target of a request, not decoded.</summary>
    public string Target => StartLine.Split(' ')[1];

    /// <summary>The status of an answer.</summary>
    public int Status => int.Parse(StartLine.Split(' ')[1], NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary><see cref="Body"/> read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>All values of a header (its name in any case), in order.</summary>
    public IReadOnlyList<string> Values(string name)
        => [.. Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];

    /// <summary>The header's value, or null when it is absent.</summary>
    /// <exception cref="InvalidOperationException">It is there more than once.</exception>
    public string? Header(string name) => Values(name).SingleOrDefault();
}
