using Xunit;

namespace ProxyShim.Tests.Dashboards;

/// <summary>Those who read queries for the other tests see what is in them: else a test would hold that nothing is wrong with nothing.</summary>
public class QueryTests
{
    private static readonly Scrape s_scrape = new("""
        # TYPE a_total counter
        a_total{x="1",y="p\"q"} 3
        a_total{x="2",y="r"} 4
        b_bucket{le="+Inf"} 1
        c 0
        """);

    [Fact]
    public void A_PromQL_expression_names_metrics_labels_and_values()
    {
        var query = PromQuery.Parse("""
            histogram_quantile(0.95, sum by (outcome, le) (rate(b_bucket[5m] offset 1h))) / on(job) group_left(x) 60 * a_total{x="1", y=~"p|r", z!=""} > bool 0.5
            and max without (y) (c) unless sum(c) by (x) >= 20 or vector(0)
            """);

        Assert.Equal(["b_bucket", "a_total", "c", "c"], query.Selectors.Select(selector => selector.Metric));
        Assert.Equal(["outcome", "le", "job", "x", "y", "x"], query.Groups);
        Assert.Equal(["x: 1", "y: p,r", "z: "], query.Selectors[1].Matchers.Select(matcher => $"{matcher.Label}: {string.Join(',', matcher.Values)}"));
    }

    [Theory]
    [InlineData("""sum by (x, job) (rate(a_total{x="1", y=~"r|p\"q", instance=~".*"}[5m])) / sum by (le) (b_bucket) + c""")]
    [InlineData("a_totals", "the metric a_totals")]
    [InlineData("b", "the metric b")]
    [InlineData("""a_total{w="1"}""", "w=\"\" of a_total")]
    [InlineData("""a_total{x=~"1|3"}""", "x=\"3\" of a_total")]
    [InlineData("sum by (le) (c)", "the label le")]
    public void What_a_scrape_lacks_is_found(string expression, params string[] missing) => Assert.Equal(missing, s_scrape.MissingOf(PromQuery.Parse(expression)));

    [Fact]
    public void A_LogQL_query_names_events_fields_and_values()
    {
        var query = Assert.Single(LogQuery.Parse("""
            quantile_over_time(0.5, {container="x", pod=~".*"} |= "RequestHandled" | json | Event="RequestHandled" | (Reason=~"off|no_click" or (Xid!="" and Status>=400))
              | line_format "{{.Event}} {{.Detail}}" | unwrap ElapsedMs [1m]) by (Caller)
            """));

        Assert.Equal(["RequestHandled"], query.Words);
        Assert.Equal(["RequestHandled"], query.Events);
        Assert.Equal(["Event = RequestHandled", "Reason =~ off,no_click", "Xid != ", "Status >= 400"], query.Filters.Select(filter => $"{filter.Field} {filter.Comparison} {string.Join(',', filter.Values)}"));
        Assert.Equal(["ElapsedMs"], query.Unwrapped);
        Assert.Equal(["Caller", "Event", "Detail"], query.Shown);
    }

    [Theory]
    [InlineData("""sum by (Part) (count_over_time({a="b"} | json | Event=~"Degraded|Alert" | Part=~"redis|queue" | Alert="" [1m]))""")]
    [InlineData("""{a="b"} | json | Event!="" | line_format "{{.ReadBacks}}{{.Count}}" """)]
    [InlineData("""{a="b"} | json | Event="Degrade" """, "the event Degrade", "Event = Degrade")]
    [InlineData("""{a="b"} | json | Event="Alert" | Part="redis" """, "Part = redis")]
    [InlineData("""{a="b"} | json | Event="Degraded" | Part=~"redis|garnet" """, "Part =~ garnet")]
    [InlineData("""{a="b"} | json | Event="RequestHandled" | Outcome>=400 """, "Outcome >= 400")]
    [InlineData("""sum by (Caller) (count_over_time({a="b"} | json | Event="Alert" [1m]))""", "the field Caller")]
    [InlineData("""{a="b"} | json | Event="Alert" | line_format "{{.Part}}" """, "the field Part")]
    [InlineData("""sum_over_time({a="b"} | json | Event="RequestHandled" | unwrap Outcome [1m])""", "the field Outcome")]
    [InlineData("""sum(count_over_time({a="b"} | json | Event="Alert" [1m])) / sum(count_over_time({a="b"} | json | Event="Alert" | Status=1 [1m]))""", "Status = 1")]
    public void What_the_schema_lacks_is_found(string expression, params string[] missing) =>
        Assert.Equal(missing, LogQuery.Parse(expression).SelectMany(EventFields.MissingOf));
}
