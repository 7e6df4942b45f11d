namespace ProxyShim.Tests.Dashboards;

/// <summary>What a PromQL expression names.</summary>
/// <param name="Selectors">Each metric with what is asked of its labels.</param>
/// <param name="Groups">The labels by which anything is grouped or matched.</param>
internal sealed record PromQuery(IReadOnlyList<PromSelector> Selectors, IReadOnlyList<string> Groups)
{
    private static readonly HashSet<string> s_groupings = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly HashSet<string> s_operators = ["and", "or", "unless", "offset", "bool"];

    public static PromQuery Parse(string expression)
    {
        var tokens = QueryTokens.Of(expression);
        var selectors = new List<PromSelector>();
        var groups = new List<string>();
        for (var at = 0; at < tokens.Count; at++)
        {
            var next = at + 1 < tokens.Count ? tokens[at + 1] : "";
            if (s_groupings.Contains(tokens[at]))
            {
                groups.AddRange(QueryTokens.Parenthesized(tokens, at + 1));
                at = IndexOf(tokens, ")", at);
            }
            else if (QueryTokens.IsName(tokens[at]) && !s_operators.Contains(tokens[at]) && next != "(" && !s_groupings.Contains(next))
            {
                // Any other name is a metric's: a function is followed by its arguments, an aggregation by them or by its grouping.
                var end = next == "{" ? IndexOf(tokens, "}", at) : at;
                selectors.Add(new PromSelector(tokens[at], [.. Matchers(tokens, at, end)]));
                at = end;
            }
        }

        return new PromQuery(selectors, groups);
    }

    private static IEnumerable<PromMatcher> Matchers(IReadOnlyList<string> tokens, int start, int end)
    {
        for (var at = start; at < end; at++)
        {
            if (QueryTokens.IsComparison(tokens[at]))
            {
                yield return new PromMatcher(tokens[at - 1], QueryTokens.Values(tokens[at], QueryTokens.Unquote(tokens[at + 1])));
            }
        }
    }

    private static int IndexOf(IReadOnlyList<string> tokens, string token, int start) => Enumerable.Range(start, tokens.Count - start).First(at => tokens[at] == token);
}

/// <param name="Metric">With the suffix of a histogram's series.</param>
internal sealed record PromSelector(string Metric, IReadOnlyList<PromMatcher> Matchers);

/// <param name="Values">The values that it names one by one.</param>
internal sealed record PromMatcher(string Label, IReadOnlyList<string> Values);
