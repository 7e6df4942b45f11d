using System.Buffers;
using System.Text;

namespace ProxyShim.Conversions;

/// <summary>What stands in quotation marks, of any language (https://en.wikipedia.org/wiki/Quotation_mark#Summary_table) and of programs.</summary>
internal static class QuotedText
{
    // Where nothing is to be closed they can only open, behind a letter too.
    private const string Openers = "“„‘‚«‹「『";

    private const int LongestPrefix = 2;

    // Python writes u'…', b"…", rb'…' (https://docs.python.org/3/reference/lexical_analysis.html#strings).
    private static readonly SearchValues<char> s_prefix = SearchValues.Create("bBfFrRuU");

    // What opens a quotation, and what may close it: some open in one language and close in another.
    private static readonly Dictionary<char, string> s_marks = new()
    {
        ['"'] = "\"",
        ['\''] = "'",
        ['`'] = "`'",
        ['´'] = "´",
        ['“'] = "”",
        ['”'] = "”",
        ['„'] = "“”",
        ['‘'] = "’",
        ['’'] = "’",
        ['‚'] = "‘’",
        ['«'] = "»",
        ['»'] = "«»",
        ['‹'] = "›",
        ['›'] = "‹›",
        ['「'] = "」",
        ['『'] = "』",
        ['＂'] = "＂",
        ['＇'] = "＇",
    };

    /// <summary>Puts something else in the place of each quotation, marks and all, but where <paramref name="stays"/> knows better.</summary>
    /// <param name="stays">Is told what stands between the marks.</param>
    public static string Replace(string text, string other, Func<string, bool> stays)
    {
        var result = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length)
        {
            if (!Opens(text, at))
            {
                result.Append(text[at++]);
                continue;
            }

            // What is not closed, or was cut before that, goes to the end.
            var close = CloseOf(text, at);
            var (inner, end) = (text[(at + 1)..close].TrimEnd('\\'), Math.Min(close + 1, text.Length));
            result.Append(inner.Length == 0 || stays(inner) ? text[at..end] : other);
            at = end;
        }

        return result.ToString();
    }

    // An apostrophe within or behind a word is none.
    private static bool Opens(string text, int at)
    {
        if (!s_marks.ContainsKey(text[at]))
        {
            return false;
        }

        var letters = RunBefore(text, at, char.IsLetterOrDigit);
        return Openers.Contains(text[at], StringComparison.Ordinal)
            || (letters <= LongestPrefix && !text.AsSpan(at - letters, letters).ContainsAnyExcept(s_prefix));
    }

    // Of the same number of backslashes: one that is escaped stands within.
    private static int CloseOf(string text, int open)
    {
        var slashes = RunBefore(text, open, IsSlash);
        for (var at = open + 1; at < text.Length; at++)
        {
            if (s_marks[text[open]].Contains(text[at], StringComparison.Ordinal) && !IsInWord(text, at) && RunBefore(text, at, IsSlash) == slashes)
            {
                return at;
            }
        }

        return text.Length;
    }

    private static bool IsInWord(string text, int at) => at + 1 < text.Length && char.IsLetterOrDigit(text[at + 1]);

    private static bool IsSlash(char letter) => letter == '\\';

    private static int RunBefore(string text, int at, Func<char, bool> belongs)
    {
        var start = at;
        while (start > 0 && belongs(text[start - 1]))
        {
            start--;
        }

        return at - start;
    }
}
