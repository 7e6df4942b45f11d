using System.Globalization;
using System.Text;

namespace ProxyShim.Benchmarks.Load;

/// <summary>A request of constant length in which only the customer's key changes. wrk and the open loop send the same bytes.</summary>
internal sealed class RequestTemplate
{
    /// <summary>As long as a key, so that Content-Length is constant; <c>requests.lua</c> looks for the same.</summary>
    public const string Placeholder = "########";

    private readonly byte[] _bytes;
    private readonly int[] _keys;

    public RequestTemplate(string head, string body)
    {
        _bytes = Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n") + body);
        _keys = [.. Enumerable.Range(0, _bytes.Length).Where(at => _bytes.AsSpan(at).StartsWith("########"u8))];
    }

    public int Length => _bytes.Length;

    /// <summary>The customer's key of a number from 0 to 9,999,999.</summary>
    public static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"c{number:D7}");

    public void Save(string file) => File.WriteAllBytes(file, _bytes);

    /// <summary>Writes the request for a customer; allocates nothing.</summary>
    public void Write(int number, Span<byte> destination)
    {
        _bytes.CopyTo(destination);
        foreach (var at in _keys)
        {
            destination[at] = (byte)'c';
            number.TryFormat(destination[(at + 1)..], out _, "D7", CultureInfo.InvariantCulture);
        }
    }
}
