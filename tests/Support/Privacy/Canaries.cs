using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ProxyShim.Testing;

/// <summary>
/// Personal data and secrets that tests give to the program and look for in all that it says (DESIGN.md, "Nothing leaks"): as they are, escaped, encoded, and
/// as a hash that anybody can compute.
/// </summary>
public static partial class Canaries
{
    /// <summary>Stands in every customer_key, e-mail address, name and meta value of an end-to-end test, so that any of them is found wherever it turns up.</summary>
    public const string Marker = "canary";

    // SHA-256 by its first 128 bits, in hexadecimal digits: a pseudonym of that length might be a hash that was cut.
    private const int HashDigits = 32;

    private static readonly Disguise s_marker = new(Marker);
    private static readonly ConcurrentDictionary<string, string> s_hashes = new(StringComparer.OrdinalIgnoreCase);
    private static readonly ConcurrentDictionary<string, Disguise> s_others = new(StringComparer.Ordinal);

    /// <summary>Tells of a value that goes to the program, so that its hash is known, and it itself where it has no marker.</summary>
    /// <returns>The value.</returns>
    public static string Plant(string value)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));
        s_hashes.TryAdd(Convert.ToHexStringLower(hash)[..HashDigits], value);
        s_hashes.TryAdd(Disguise.UrlSafe(Convert.ToBase64String(hash)).TrimEnd('=')[..HashDigits], value);
        if (!value.Contains(Marker, StringComparison.OrdinalIgnoreCase))
        {
            s_others.TryAdd(value, new Disguise(value));
        }

        return value;
    }

    /// <summary>A customer_key that nobody else has.</summary>
    public static string NewKey()
    {
        var key = $"{Marker}-{Guid.NewGuid():N}";
        Plant(EmailOf(key));
        return Plant(key);
    }

    /// <summary>The customer's e-mail address.</summary>
    public static string EmailOf(string customerKey) => $"{customerKey}@example.com";

    /// <summary>What a text gives away; empty when nothing.</summary>
    /// <param name="text">A line of output, a page, a payload.</param>
    /// <param name="secrets">Values that only this program was given.</param>
    public static IReadOnlyList<string> FindIn(string text, IEnumerable<Disguise> secrets)
    {
        List<string> found = [];
        var readings = Disguise.ReadingsOf(text);
        foreach (var disguise in secrets.Concat(s_others.Values).Prepend(s_marker))
        {
            if (disguise.FindIn(readings) is { } form)
            {
                found.Add($"'{disguise.Value}' {form}");
            }
        }

        found.AddRange(HashedIn(text).Select(value => $"the SHA-256 of '{value}'"));
        return found;
    }

    private static IEnumerable<string> HashedIn(string text)
    {
        foreach (Match match in Digests().Matches(text))
        {
            // Something may stand before it.
            var token = Disguise.UrlSafe(match.Value);
            for (var start = 0; start + HashDigits <= token.Length; start++)
            {
                if (s_hashes.TryGetValue(token.Substring(start, HashDigits), out var value))
                {
                    yield return value;
                }
            }
        }
    }

    // Hexadecimal digits or base64, long enough for a hash.
    [GeneratedRegex("[0-9A-Za-z+/_-]{32,}", RegexOptions.CultureInvariant)]
    private static partial Regex Digests();
}
