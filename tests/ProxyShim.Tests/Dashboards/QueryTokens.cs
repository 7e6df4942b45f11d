using System.Text.RegularExpressions;

namespace ProxyShim.Tests.Dashboards;

/// <summary>The words of a query, which PromQL and LogQL form alike: names, texts in quotes, numbers and durations, operators.</summary>
internal static partial class QueryTokens
{
    // What compares a label with a value, or a line with a text.
    private static readonly HashSet<string> s_comparisons = ["=", "!=", "=~", "!~", ">", ">=", "<", "<=", "=="];

    public static IReadOnlyList<string> Of(string query) => [.. Token().Matches(query).Select(match => match.Value)];

    public static bool IsName(string token) => char.IsAsciiLetter(token[0]) || token[0] == '_';

    public static bool IsText(string token) => token[0] == '"';

    public static bool IsComparison(string token) => s_comparisons.Contains(token);

    /// <summary>The text without its quotes.</summary>
    public static string Unquote(string token) => IsText(token) ? Regex.Unescape(token[1..^1]) : token;

    /// <summary>The values that a comparison names one by one: those between the bars of a regular expression, or the one.</summary>
    public static IReadOnlyList<string> Values(string comparison, string value) => comparison is "=~" or "!~" ? value.Split('|') : [value];

    /// <summary>The names in the parentheses that begin at a token.</summary>
    public static IEnumerable<string> Parenthesized(IReadOnlyList<string> tokens, int start) => tokens.Skip(start + 1).TakeWhile(token => token != ")").Where(IsName);

    [GeneratedRegex("""
        "(?:\\.|[^"\\])*"|[A-Za-z_][A-Za-z0-9_:]*|[0-9][A-Za-z0-9_.]*|=~|!~|!=|==|>=|<=|\|=|\|~|[^\s]
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();
}
