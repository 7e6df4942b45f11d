namespace ProxyShim.Settings;

/// <summary>What an operator may have meant.</summary>
internal static class NearestName
{
    /// <summary>The one that needs the fewest changes of a letter, if it is near at all; null otherwise.</summary>
    public static string? Of(string text, IEnumerable<string> names) =>
        names.Where(name => IsNear(text, name)).MinBy(name => Changes(text, name));

    /// <summary>A slip or two away, in a short name one; or the beginning of it.</summary>
    public static bool IsNear(string text, string name)
    {
        var most = Math.Min(text.Length, name.Length) > 5 ? 2 : 1;

        // Lengths first: the settings are read anew every few seconds, beside an environment that may be a cluster's.
        return (Math.Abs(text.Length - name.Length) <= most && Changes(text, name) <= most)
            || (text.Length >= 5 && name.StartsWith(text, StringComparison.OrdinalIgnoreCase));
    }

    // Levenshtein's distance, ignoring case.
    private static int Changes(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var same = char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]);
                left = Math.Min(Math.Min(left, row[j]) + 1, diagonal + (same ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }

        return row[^1];
    }
}
