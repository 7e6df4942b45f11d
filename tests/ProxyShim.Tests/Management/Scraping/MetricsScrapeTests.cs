using System.Diagnostics;
using ProxyShim.Background;
using ProxyShim.Conversions;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Management.Scraping;

public sealed class MetricsScrapeTests : IAsyncDisposable
{
    private readonly Instruments _instruments = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void What_alerts_watch_is_there_before_it_happens()
    {
        var samples = _instruments.Samples;

        Assert.All(
            (string[])
            [
                """proxyshim_conversions_total{event="sent"} 0""",
                """proxyshim_conversions_total{event="verified"} 0""",
                """proxyshim_conversions_total{event="phantom"} 0""",
                """proxyshim_conversions_total{event="dead"} 0""",
                """proxyshim_clicks_looked_up_total{result="hit"} 0""",
                """proxyshim_clicks_looked_up_total{result="miss"} 0""",
                """proxyshim_alerts_total{alert="token_refused"} 0""",
                """proxyshim_management_refusals_total{reason="wrong_token"} 0""",
                """proxyshim_breaker_open{dependency="redis"} 0""",
                """proxyshim_degraded{part="queue"} 0""",
                "proxyshim_log_events_dropped_total 0",
            ],
            sample => Assert.Contains(sample, samples));
    }

    [Fact]
    public void A_request_is_counted_by_outcome_and_caller_and_timed()
    {
        var record = new RequestRecord { TraceId = "", Route = "", Outcome = Outcome.Converted, Caller = "sh\"op\\", Xid = "xid", Redis = TimeSpan.FromMilliseconds(2) };

        _instruments.Metrics.Handled(record, TimeSpan.FromMilliseconds(30));
        _instruments.Metrics.Handled(record, TimeSpan.FromSeconds(20));

        Assert.All(
            (string[])
            [
                """proxyshim_requests_total{outcome="converted",caller="sh\"op\\"} 2""",
                """proxyshim_request_duration_seconds_bucket{outcome="converted",le="0.025"} 0""",
                """proxyshim_request_duration_seconds_bucket{outcome="converted",le="0.05"} 1""",
                """proxyshim_request_duration_seconds_bucket{outcome="converted",le="10"} 1""",
                """proxyshim_request_duration_seconds_bucket{outcome="converted",le="+Inf"} 2""",
                """proxyshim_request_duration_seconds_sum{outcome="converted"} 20.03""",
                """proxyshim_request_duration_seconds_count{outcome="converted"} 2""",
                """proxyshim_request_redis_duration_seconds_bucket{le="0.0025"} 2""",
                """proxyshim_clicks_looked_up_total{result="hit"} 2""",
            ],
            sample => Assert.Contains(sample, _instruments.Samples));
    }

    [Fact]
    public void A_call_that_is_only_looked_at_is_counted_by_what_it_would_have_become()
    {
        _instruments.Metrics.Handled(new RequestRecord { TraceId = "", Route = "", Outcome = Outcome.Shadowed, WouldBe = Outcome.Converted, Xid = "xid" }, TimeSpan.Zero);

        Assert.Contains("""proxyshim_shadowed_total{would_be="converted"} 1""", _instruments.Samples);
    }

    [Fact]
    public void Conversions_attempts_and_alerts_are_counted()
    {
        _instruments.Metrics.Converted(ConversionStage.Phantom);
        _instruments.Metrics.Attempted(AttemptResult.Misconfigured.Name(), TimeSpan.FromSeconds(1));
        _instruments.Metrics.Alerted(Alert.TokenForbidden);

        Assert.All(
            (string[])
            [
                """proxyshim_conversions_total{event="phantom"} 1""",
                """proxyshim_attempt_duration_seconds_count{result="operator_fault"} 1""",
                """proxyshim_alerts_total{alert="token_refused"} 1""",
            ],
            sample => Assert.Contains(sample, _instruments.Samples));
    }

    [Fact]
    public async Task Gauges_show_how_things_stand_now()
    {
        Assert.DoesNotContain(_instruments.Samples, sample => sample.StartsWith("proxyshim_ledger", StringComparison.Ordinal));

        _instruments.Ledger.Depths = new LedgerDepths(3, 2, 1, TimeSpan.FromSeconds(90));
        _instruments.Degradations.Report(HealthComponent.Environment, "test_customer_in_live");
        await _instruments.LoseRedisAsync();

        Assert.All(
            (string[])
            [
                """proxyshim_ledger_depth{list="due"} 3""",
                """proxyshim_ledger_depth{list="unverified"} 2""",
                """proxyshim_ledger_depth{list="dead"} 1""",
                "proxyshim_ledger_oldest_due_age_seconds 90",
                """proxyshim_degraded{part="environment"} 1""",
                """proxyshim_breaker_open{dependency="redis"} 1""",
            ],
            sample => Assert.Contains(sample, _instruments.Samples));

        _instruments.Degradations.Report(HealthComponent.Environment, null);
        Assert.Contains("""proxyshim_degraded{part="environment"} 0""", _instruments.Samples);
    }

    [Fact]
    public void The_runtime_tells_of_itself() =>
        Assert.Contains("\ndotnet_process_memory_working_set_bytes ", _instruments.Scrape.Read(), StringComparison.Ordinal);

    [Fact]
    public async Task Prometheus_finds_nothing_to_complain_of()
    {
        var promtool = Require.Program("promtool", "prometheus");
        _instruments.Ledger.Depths = new LedgerDepths(3, 2, 1, TimeSpan.FromSeconds(90));
        _instruments.Metrics.Handled(new RequestRecord { TraceId = "", Route = "", Redis = TimeSpan.FromSeconds(1) }, TimeSpan.FromSeconds(1));
        _instruments.Metrics.Attempted(AttemptResult.Sent.Name(), TimeSpan.FromSeconds(1));

        using var process = Process.Start(new ProcessStartInfo(promtool, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(_instruments.Scrape.Read());
        process.StandardInput.Close();
        var complaints = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal((0, ""), (process.ExitCode, complaints));
    }

    [Fact]
    public void Counting_costs_no_memory()
    {
        var record = new RequestRecord { TraceId = "", Route = "", Outcome = Outcome.Converted, Caller = "default", Xid = "xid", Redis = TimeSpan.FromMilliseconds(2) };
        _instruments.Metrics.Handled(record, TimeSpan.FromMilliseconds(30));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
        {
            _instruments.Metrics.Handled(record, TimeSpan.FromMilliseconds(30));
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 16);
    }

    public ValueTask DisposeAsync() => _instruments.DisposeAsync();
}
