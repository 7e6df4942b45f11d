using System.Text;
using System.Text.RegularExpressions;

namespace ProxyShim.Testing;

/// <summary>A value in the forms in which it may turn up.</summary>
public sealed partial class Disguise
{
    private readonly string _hex;
    private readonly string[] _base64;

    /// <param name="value">Long enough not to turn up by chance.</param>
    public Disguise(string value)
    {
        Value = value;
        var bytes = Encoding.UTF8.GetBytes(value);
        _hex = Convert.ToHexString(bytes);
        _base64 = [.. Enumerable.Range(0, 3).Select(before => Base64(bytes, before)).SelectMany(code => new[] { code, UrlSafe(code) }).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The value itself.</summary>
    public string Value { get; }

    /// <summary>A text as it is, and as it reads when its escapes (of URLs, once and twice, and of JSON) are undone.</summary>
    public static IReadOnlyList<string> ReadingsOf(string text)
    {
        List<string> readings = [text];
        if (text.Contains('\\', StringComparison.Ordinal))
        {
            readings.Add(JsonEscape().Replace(text, match => match.Groups[1] is { Success: true } code ? $"{(char)Convert.ToInt32(code.Value, 16)}" : match.Value[1..]));
        }

        for (var i = 0; i < readings.Count && readings.Count < 8; i++)
        {
            if (readings[i].Contains('%', StringComparison.Ordinal) && Uri.UnescapeDataString(readings[i]) is var unescaped && unescaped != readings[i])
            {
                readings.Add(unescaped);
            }
        }

        return readings;
    }

    /// <summary>Base64 in one alphabet.</summary>
    public static string UrlSafe(string base64) => base64.Replace('+', '-').Replace('/', '_');

    /// <summary>In which form the value is there; null when it is not.</summary>
    /// <param name="readings">Of <see cref="ReadingsOf"/>.</param>
    public string? FindIn(IReadOnlyList<string> readings)
    {
        foreach (var (reading, i) in readings.Select((reading, i) => (reading, i)))
        {
            var form = reading.Contains(Value, StringComparison.OrdinalIgnoreCase) ? "as it is"
                : reading.Contains(_hex, StringComparison.OrdinalIgnoreCase) ? "in hexadecimal digits"
                : Array.Exists(_base64, code => reading.Contains(code, StringComparison.Ordinal)) ? "in base64"
                : null;
            if (form is not null)
            {
                return i == 0 ? form : $"{form}, escaped";
            }
        }

        return null;
    }

    // What of the value's base64 stays the same whatever comes before (a number of bytes) and behind.
    private static string Base64(byte[] bytes, int before)
    {
        var text = Convert.ToBase64String([.. new byte[before], .. bytes]);
        var first = before == 0 ? 0 : before + 1;
        return text[first..((before + bytes.Length) * 8 / 6)];
    }

    [GeneratedRegex(@"\\(?:u([0-9a-fA-F]{4})|.)", RegexOptions.CultureInvariant)]
    private static partial Regex JsonEscape();
}
