using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Dashboards;

/// <summary>A real Prometheus scrapes the sandbox, answers the dashboard's queries and evaluates the rules.</summary>
public sealed class PrometheusTests(ScrapedSandbox sandbox) : IClassFixture<ScrapedSandbox>
{
    // What the tour leads to, its background work included: TourStep.All.
    private static readonly (string Expression, string Labels, double Value)[] s_tour =
    [
        ("proxyshim_requests_total", "caller=\"default\", outcome=\"converted\"", 3),
        ("proxyshim_requests_total", "caller=\"default\", outcome=\"queued\"", 2),
        ("proxyshim_requests_total", "caller=\"default\", outcome=\"duplicate\"", 1),
        ("proxyshim_requests_total", "caller=\"default\", outcome=\"fallback\"", 2),
        ("proxyshim_requests_total", "caller=\"default\", outcome=\"held\"", 2),
        ("proxyshim_requests_total", "caller=\"default\", outcome=\"passthrough\"", 3),
        ("proxyshim_requests_total", "caller=\"none\", outcome=\"unauthorized\"", 1),
        ("proxyshim_request_duration_seconds_count", "outcome=\"fallback\"", 2),
        ("proxyshim_clicks_looked_up_total", "result=\"hit\"", 8),
        ("proxyshim_clicks_looked_up_total", "result=\"miss\"", 1),
        ("proxyshim_attempt_duration_seconds_count", "result=\"refused\"", 2),
        ("proxyshim_conversions_total", "event=\"sent\"", 5),
        ("proxyshim_conversions_total", "event=\"verified\"", 5),
        ("proxyshim_conversions_total", "event=\"phantom\"", 1),
        ("proxyshim_conversions_total", "event=\"dead\"", 1),
        ("proxyshim_holds_total", "event=\"click_found\"", 1),
        ("proxyshim_holds_total", "event=\"handed_over\"", 1),
        ("proxyshim_ledger_depth", "list=\"held\"", 0),
        ("proxyshim_ledger_depth", "list=\"unverified\"", 0),
        ("proxyshim_ledger_depth", "list=\"due\"", 0),
        ("proxyshim_ledger_depth", "list=\"dead\"", 1),
        ("proxyshim_degraded", "part=\"redis\"", 0),
        ("proxyshim_log_events_dropped_total", "", 0),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_target_is_up_and_its_series_tell_of_the_tour()
    {
        var prometheus = await sandbox.PrometheusAsync();
        var target = await Eventually.FindAsync(
            "the sandbox is scraped",
            async () => (await prometheus.GetAsync("targets", Cancellation))["activeTargets"]!.AsArray().SingleOrDefault(one => (string?)one!["health"] == "up"),
            cancellation: Cancellation);

        Assert.Equal(("", PrometheusServer.Job), ((string?)target["lastError"], (string?)target["labels"]!["job"]));
        foreach (var (expression, labels, value) in s_tour)
        {
            await Eventually.IsTrueAsync(
                $"{expression}{{{labels}}} is {value}",
                async () => (await prometheus.QueryAsync(expression, Cancellation)).TryGetValue(labels, out var seen) && seen == value,
                cancellation: Cancellation);
        }
    }

    [Fact]
    public async Task Every_panel_of_the_metrics_dashboard_shows_something()
    {
        var prometheus = await sandbox.PrometheusAsync();
        foreach (var query in GrafanaDashboard.Read(GrafanaDashboard.Metrics).Queries)
        {
            await Eventually.IsTrueAsync(
                $"the panel '{query.Panel}' shows something",
                async () => (await prometheus.QueryAsync(GrafanaDashboard.Fill(query.Expression, "1m"), Cancellation)).Count > 0,
                cancellation: Cancellation);
        }
    }

    [Fact]
    public async Task Every_rule_is_healthy_and_names_what_a_scrape_has()
    {
        var prometheus = await sandbox.PrometheusAsync();
        var rules = await Eventually.FindAsync("every rule has been evaluated", () => EvaluatedRulesAsync(prometheus), cancellation: Cancellation);
        var scrape = await DashboardTests.EverythingAsync();

        Assert.All(rules, rule =>
        {
            Assert.Equal(("ok", null), ((string?)rule["health"], (string?)rule["lastError"]));
            var query = PromQuery.Parse((string)rule["query"]!);
            Assert.NotEmpty(query.Selectors);
            Assert.Empty(scrape.MissingOf(query));
            Assert.Contains((string?)rule["labels"]!["severity"], (string[])["critical", "warning"]);
            Assert.All((string[])["summary", "description"], name => Assert.NotEmpty((string)rule["annotations"]![name]!));
        });
        Assert.Equal(HealthComponent.All.Select(part => part.Name).Order(), rules.Select(rule => (string?)rule["labels"]!["part"]).OfType<string>().Order());
    }

    [Fact]
    public async Task A_rule_fires_on_what_the_sandbox_does()
    {
        var prometheus = await sandbox.PrometheusAsync();

        // Somebody guesses the token, once Prometheus has seen that nobody had: a rate is taken of what was there before.
        await Eventually.IsTrueAsync(
            "the counter is scraped", async () => (await prometheus.QueryAsync("proxyshim_management_refusals_total", Cancellation)).Count > 0, cancellation: Cancellation);
        using var client = new HttpClient { BaseAddress = sandbox.Management };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "a-guess-of-the-token");
        for (var guess = 0; guess < 40; guess++)
        {
            using var refusal = await client.GetAsync(new Uri("/admin/overview", UriKind.Relative), Cancellation);
            Assert.False(refusal.IsSuccessStatusCode);
        }

        var alert = await Eventually.FindAsync(
            "the alert fires",
            async () => (await prometheus.GetAsync("alerts", Cancellation))["alerts"]!.AsArray()
                .SingleOrDefault(one => (string?)one!["labels"]!["alertname"] == "ProxyShimManagementTokenGuessed" && (string?)one["state"] == "firing"),
            cancellation: Cancellation);

        Assert.Equal($"Somebody presents wrong tokens to the admin API of {PrometheusServer.Job}.", (string?)alert["annotations"]!["summary"]);
    }

    private static async Task<IReadOnlyList<JsonNode>?> EvaluatedRulesAsync(PrometheusServer prometheus)
    {
        var groups = (await prometheus.GetAsync("rules", Cancellation))["groups"]!.AsArray();
        var rules = groups.SelectMany(group => group!["rules"]!.AsArray()).OfType<JsonNode>().ToList();
        return rules.Count > 0 && rules.All(rule => (string?)rule["health"] != "unknown") ? rules : null;
    }
}
