using System.Text.RegularExpressions;

namespace ProxyShim.Tests.Dashboards;

/// <summary>What a LogQL query names: the events that it selects, and what it asks of their fields.</summary>
/// <param name="Words">Texts that it looks for in the raw line, before the line is parsed.</param>
/// <param name="Events">Those that <c>Event</c> is compared with; empty for any.</param>
/// <param name="Filters">Fields that are compared with a value.</param>
/// <param name="Unwrapped">Fields that are taken as numbers.</param>
/// <param name="Shown">Fields by which is grouped, or which a line of the panel shows.</param>
internal sealed partial record LogQuery(
    IReadOnlyList<string> Words, IReadOnlyList<string> Events, IReadOnlyList<LogFilter> Filters, IReadOnlyList<string> Unwrapped, IReadOnlyList<string> Shown)
{
    /// <summary>One for each log that the expression selects, since a quotient has two of them; what is grouped by counts for both.</summary>
    public static IReadOnlyList<LogQuery> Parse(string expression)
    {
        var tokens = QueryTokens.Of(expression);
        var groups = tokens.Index().Where(token => token.Item is "by" or "without").SelectMany(token => QueryTokens.Parenthesized(tokens, token.Index + 1));
        var starts = tokens.Index().Where(token => token.Item == "{").Select(token => token.Index).Append(tokens.Count).ToList();
        return [.. starts.Zip(starts.Skip(1)).Select(ends => OfPipeline([.. tokens.Take(ends.Second).Skip(ends.First)], groups))];
    }

    private static LogQuery OfPipeline(List<string> tokens, IEnumerable<string> groups)
    {
        var pipeline = tokens.Skip(tokens.IndexOf("}") + 1).ToList();
        var following = pipeline.Zip(pipeline.Skip(1)).ToList();
        var filters = pipeline.Index().Where(token => QueryTokens.IsComparison(token.Item) && QueryTokens.IsName(pipeline[token.Index - 1]))
            .Select(token => new LogFilter(pipeline[token.Index - 1], token.Item, QueryTokens.Values(token.Item, QueryTokens.Unquote(pipeline[token.Index + 1]))))
            .ToList();
        return new LogQuery(
            [.. following.Where(pair => pair.First is "|=" or "|~").SelectMany(pair => QueryTokens.Unquote(pair.Second).Split('|'))],
            [.. filters.Where(filter => filter is { Field: "Event", Comparison: "=" or "=~" }).SelectMany(filter => filter.Values)],
            filters,
            [.. following.Where(pair => pair.First == "unwrap").Select(pair => pair.Second)],
            [.. groups, .. following.Where(pair => pair.First == "line_format").SelectMany(pair => Placeholder().Matches(pair.Second)).Select(match => match.Groups[1].Value)]);
    }

    [GeneratedRegex("""\{\{\.(\w+)\}\}""")]
    private static partial Regex Placeholder();
}

/// <param name="Values">The values that it names one by one.</param>
internal sealed record LogFilter(string Field, string Comparison, IReadOnlyList<string> Values);
