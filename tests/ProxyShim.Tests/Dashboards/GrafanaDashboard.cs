using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyShim.Testing;

namespace ProxyShim.Tests.Dashboards;

/// <summary>A dashboard of <c>config/dashboards</c>.</summary>
internal sealed partial class GrafanaDashboard
{
    public const string Logs = "proxyshim-logs.json";
    public const string Partners = "proxyshim-partners.json";
    public const string Metrics = "proxyshim-metrics.json";

    private GrafanaDashboard(JsonElement root) => Root = root;

    public JsonElement Root { get; }

    /// <summary>Rows are panels too.</summary>
    public IReadOnlyList<JsonElement> Panels => [.. Root.GetProperty("panels").EnumerateArray()];

    /// <summary>The variables at the top of the page, without Grafana's own.</summary>
    public IReadOnlyList<JsonElement> Variables => [.. Root.GetProperty("templating").GetProperty("list").EnumerateArray()];

    public IReadOnlyList<GrafanaQuery> Queries =>
        [.. from panel in Panels
            where panel.TryGetProperty("targets", out _)
            from target in panel.GetProperty("targets").EnumerateArray()
            select new GrafanaQuery(
                panel.GetProperty("title").GetString()!,
                target.GetProperty("expr").GetString()!,
                target.TryGetProperty("legendFormat", out var legend) ? legend.GetString()! : "")];

    public static GrafanaDashboard Read(string file) =>
        new(JsonElement.Parse(File.ReadAllText(Path.Combine(Repository.Root, "config", "dashboards", file)), new JsonDocumentOptions { AllowDuplicateProperties = false }));

    /// <summary>The names of variables in a text, Grafana's own left out.</summary>
    public static IEnumerable<string> VariablesIn(string text) => Variable().Matches(text).Select(match => match.Groups[1].Value).Where(name => !name.StartsWith("__", StringComparison.Ordinal));

    /// <summary>As Grafana sends it when everything is chosen.</summary>
    /// <param name="range">Stands for all of the time that is shown, and for a step of it.</param>
    public static string Fill(string query, string range) => Variable().Replace(query, match => match.Groups[1].Value switch
    {
        "__range" or "__interval" or "__rate_interval" => range,
        "stream" => "container=\"proxyshim\"",
        _ => ".*",
    });

    [GeneratedRegex("""\$\{?(\w+)(?::\w+)?\}?""")]
    private static partial Regex Variable();
}

/// <param name="Panel">The panel's title.</param>
/// <param name="Legend">With the labels of each line in double braces.</param>
internal sealed partial record GrafanaQuery(string Panel, string Expression, string Legend)
{
    public IEnumerable<string> LabelsOfTheLegend => Placeholder().Matches(Legend).Select(match => match.Groups[1].Value);

    [GeneratedRegex("""\{\{(\w+)\}\}""")]
    private static partial Regex Placeholder();
}
