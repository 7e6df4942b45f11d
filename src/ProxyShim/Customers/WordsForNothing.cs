using System.Text;

namespace ProxyShim.Customers;

/// <summary>
/// What programs write where there was no value: JavaScript's <c>undefined</c> and <c>null</c> (older Redis clients made text of them:
/// https://github.com/redis/node-redis/issues/1102), Python's <c>None</c>, Go's
/// <c>&lt;nil&gt;</c>, an empty array. None of it is an id, a partner or an address.
/// </summary>
internal static class WordsForNothing
{
    private const int Longest = 9;

    private static readonly byte[][] s_words =
        [.. new[] { "undefined", "null", "(null)", "<null>", "none", "(none)", "nil", "<nil>", "(nil)", "nan", "true", "false", "[]", "{}", "''", "\"\"", "()", "0", "-", "n/a" }
            .Select(Encoding.ASCII.GetBytes)];

    public static bool Include(ReadOnlySpan<byte> text)
    {
        if (text.Length > Longest)
        {
            return false;
        }

        foreach (var word in s_words)
        {
            if (Ascii.EqualsIgnoreCase(text, word))
            {
                return true;
            }
        }

        return false;
    }

    public static bool Include(ReadOnlySpan<char> text)
    {
        if (text.Length > Longest)
        {
            return false;
        }

        foreach (var word in s_words)
        {
            if (Ascii.EqualsIgnoreCase(word, text))
            {
                return true;
            }
        }

        return false;
    }
}
