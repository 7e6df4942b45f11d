using ProxyShim.Background;
using ProxyShim.Conversions;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Tests.Management.Scraping;
using Xunit;

namespace ProxyShim.Tests.Dashboards;

/// <summary>What the dashboards ask for exists.</summary>
public class DashboardTests
{
    private const int Width = 24;

    public static TheoryData<string> Files { get; } = [GrafanaDashboard.Logs, GrafanaDashboard.Partners, GrafanaDashboard.Metrics];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_panel_says_what_it_shows_and_stands_alone(string file)
    {
        var panels = GrafanaDashboard.Read(file).Panels;

        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        var taken = new HashSet<(int X, int Y)>();
        foreach (var panel in panels)
        {
            Assert.NotEmpty(panel.GetProperty("title").GetString()!);
            Assert.True(panel.GetProperty("type").GetString() == "row" || panel.GetProperty("description").GetString() is { Length: > 0 }, $"{panel.GetProperty("title")} has no description");
            var place = panel.GetProperty("gridPos");
            var (x, y) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32());
            var cells = from column in Enumerable.Range(x, place.GetProperty("w").GetInt32()) from row in Enumerable.Range(y, place.GetProperty("h").GetInt32()) select (column, row);
            Assert.All(cells, cell => Assert.True(cell.column < Width && taken.Add(cell), $"{panel.GetProperty("title")} lies outside or over another panel"));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_variable_is_defined_and_used_and_chooses_the_data_source(string file)
    {
        var dashboard = GrafanaDashboard.Read(file);
        var defined = dashboard.Variables.Select(variable => variable.GetProperty("name").GetString()!).ToHashSet();

        Assert.Superset(new HashSet<string> { "datasource", "namespace" }, defined);
        Assert.Equal(defined, GrafanaDashboard.VariablesIn(dashboard.Root.GetRawText()).ToHashSet());
        Assert.All(
            dashboard.Panels.Where(panel => panel.TryGetProperty("targets", out _)).SelectMany(panel => panel.GetProperty("targets").EnumerateArray().Append(panel)),
            one => Assert.Equal("${datasource}", one.GetProperty("datasource").GetProperty("uid").GetString()));
        Assert.All(dashboard.Queries, query => Assert.Subset(GrafanaDashboard.VariablesIn(query.Expression).ToHashSet(), new HashSet<string> { "namespace" }));
    }

    [Theory]
    [InlineData(GrafanaDashboard.Logs)]
    [InlineData(GrafanaDashboard.Partners)]
    public void Every_field_of_a_logs_dashboard_is_in_the_schema(string file)
    {
        var queries = GrafanaDashboard.Read(file).Queries;

        Assert.NotEmpty(queries);
        foreach (var query in queries)
        {
            var logs = LogQuery.Parse(GrafanaDashboard.Fill(query.Expression, "1m"));
            Assert.NotEmpty(logs);
            Assert.All(logs, log =>
            {
                Assert.Empty(EventFields.MissingOf(log));
                Assert.Contains("Event", log.Filters.Select(filter => filter.Field));

                // Looked for in the raw line first, for speed; that must not lose any of the events.
                Assert.True(log.Events.Count == 0 || log.Events.ToHashSet().SetEquals(log.Words), $"{query.Panel}: {string.Join(", ", log.Words)}");
                Assert.Empty(query.LabelsOfTheLegend.Except(log.Shown));
            });
        }
    }

    [Fact]
    public async Task Every_metric_and_label_of_the_metrics_dashboard_is_in_the_scrape()
    {
        var scrape = await EverythingAsync();
        var queries = GrafanaDashboard.Read(GrafanaDashboard.Metrics).Queries;

        Assert.NotEmpty(queries);
        foreach (var query in queries)
        {
            var named = PromQuery.Parse(GrafanaDashboard.Fill(query.Expression, "1m"));
            Assert.NotEmpty(named.Selectors);
            Assert.All(named.Selectors, selector => Assert.Contains("namespace", selector.Matchers.Select(matcher => matcher.Label)));
            Assert.Empty(scrape.MissingOf(named));
            Assert.Empty(scrape.MissingOf(named with { Groups = [.. query.LabelsOfTheLegend] }));
        }
    }

    /// <summary>A scrape that holds every series that there can be, by outcome, result and so on.</summary>
    internal static async Task<Scrape> EverythingAsync()
    {
        await using var instruments = new Instruments();
        instruments.Metrics.Begin();
        instruments.Ledger.Depths = new LedgerDepths(1, 1, 1, TimeSpan.FromSeconds(1));
        foreach (var outcome in typeof(Outcome).GetFields().Select(field => field.GetValue(null)).OfType<Outcome>())
        {
            instruments.Metrics.Handled(new RequestRecord { TraceId = "", Route = "", Outcome = outcome, Redis = TimeSpan.FromSeconds(1) }, TimeSpan.FromSeconds(1));
        }

        foreach (var meaning in Enum.GetValues<AttemptResult>())
        {
            instruments.Metrics.Attempted(meaning.Name(), TimeSpan.FromSeconds(1));
        }

        instruments.Metrics.Converted(ConversionStage.Sent);
        return new Scrape(instruments.Scrape.Read());
    }
}
