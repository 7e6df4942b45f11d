using System.Text.RegularExpressions;

namespace ProxyShim.Tests.Dashboards;

/// <summary>What a scrape holds: each metric, its labels, their values.</summary>
internal sealed partial class Scrape
{
    // Those that Prometheus adds, or that whoever sets it up adds to tell installations apart.
    private static readonly HashSet<string> s_targetLabels = ["job", "instance", "namespace"];

    private readonly Dictionary<string, Dictionary<string, HashSet<string>>> _metrics = new(StringComparer.Ordinal);

    /// <param name="text">In Prometheus's text format.</param>
    public Scrape(string text)
    {
        foreach (var sample in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(line => Sample().Match(line)))
        {
            if (!_metrics.TryGetValue(sample.Groups["name"].Value, out var labels))
            {
                _metrics.Add(sample.Groups["name"].Value, labels = new(StringComparer.Ordinal));
            }

            foreach (Match label in Label().Matches(sample.Groups["labels"].Value))
            {
                labels.TryAdd(label.Groups["name"].Value, []);
                labels[label.Groups["name"].Value].Add(QueryTokens.Unquote(label.Groups["value"].Value));
            }
        }
    }

    /// <summary>What a query names and this scrape does not have.</summary>
    public IEnumerable<string> MissingOf(PromQuery query)
    {
        foreach (var selector in query.Selectors)
        {
            if (!_metrics.TryGetValue(selector.Metric, out var labels))
            {
                yield return $"the metric {selector.Metric}";
                continue;
            }

            foreach (var matcher in selector.Matchers.Where(matcher => !s_targetLabels.Contains(matcher.Label)))
            {
                var values = labels.GetValueOrDefault(matcher.Label);
                foreach (var missing in values is null ? [""] : matcher.Values.Except(values))
                {
                    yield return $"{matcher.Label}=\"{missing}\" of {selector.Metric}";
                }
            }
        }

        var known = query.Selectors.Where(selector => _metrics.ContainsKey(selector.Metric)).SelectMany(selector => _metrics[selector.Metric].Keys).Concat(s_targetLabels);
        foreach (var label in query.Groups.Except(known))
        {
            yield return $"the label {label}";
        }
    }

    [GeneratedRegex("""^(?<name>[a-z0-9_]+)(\{(?<labels>.*)\})? \S+$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""(?<name>\w+)=(?<value>"(?:\\.|[^"\\])*")""")]
    private static partial Regex Label();
}
