using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.EndToEnd.Harness.Otlp;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Telemetry;

/// <summary>How spans and metrics get to a collector, by OpenTelemetry's own settings.</summary>
public sealed class ExportTests
{
    // A shim alone: nobody needs its peers here.
    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
        ["CustomerApi:Address"] = $"http://127.0.0.1:{FreePort.Next()}",
        ["CustomerApi:PublicKey"] = Stand.PublicKey,
        ["CustomerApi:SecretKey"] = Stand.SecretKey,
        ["ConversionApi:Token"] = Stand.Token,
        ["Privacy:PseudonymKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, HttpProtocols.Http1)]
    [InlineData("http/protobuf", HttpProtocols.Http1)]
    [InlineData("grpc", HttpProtocols.Http2)]
    public async Task Spans_and_metrics_arrive(string? protocol, HttpProtocols listener)
    {
        await using var collector = await OtlpReceiver.StartAsync(Cancellation, listener);
        await using var shim = await StartAsync(collector, protocol is null ? [] : [("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]);
        await CallAsync(shim);

        var span = await collector.WaitForSpanAsync("the request's span", span => span.Name == "GET /v1/deals", Cancellation);
        await Eventually.IsTrueAsync("metrics arrive", () => Task.FromResult(collector.Metrics.Any(metric => metric.Name == "proxyshim.requests")), cancellation: Cancellation);

        Assert.Equal("proxyshim", span.Resource["service.name"]);
        Assert.Matches(@"^\d+\.\d+\.\d+", span.Resource["service.version"]);
        Assert.NotEmpty(span.Resource["service.instance.id"]);
        new OutputCheck(s_settings).Hold("what the collector got", collector.Payloads);
    }

    [Fact]
    public async Task The_metrics_are_those_of_the_scrape()
    {
        await using var collector = await OtlpReceiver.StartAsync(Cancellation);
        await using var shim = await StartAsync(collector);
        await CallAsync(shim);
        await Eventually.IsTrueAsync(
            "the request is counted", () => Task.FromResult(collector.Metrics.Any(metric => metric.Name == "proxyshim.request.duration")), cancellation: Cancellation);
        using var client = new HttpClient();

        var scrape = await client.GetStringAsync(new Uri(shim.Management, "/metrics"), Cancellation);

        var scraped = scrape.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToHashSet();
        Assert.Contains("proxyshim_requests_total", scraped);
        Assert.All(collector.Metrics.Where(metric => metric.Name.StartsWith("proxyshim.", StringComparison.Ordinal)), metric => Assert.Contains(NameInScrape(metric), scraped));
        Assert.Contains(collector.Metrics, metric => metric is { Name: "dotnet.gc.collections", Kind: "sum" });

        // Counted as 0 before anything happened: a rate needs a beginning.
        Assert.Contains(collector.Metrics, metric => metric.Name == "proxyshim.conversions" && metric.Points.Contains("event=phantom"));
        Assert.Contains(collector.Metrics, metric => metric is { Name: "proxyshim.requests", Kind: "sum" } && metric.Points.Contains("caller=none outcome=unavailable"));
        Assert.Contains(collector.Metrics, metric => metric is { Name: "proxyshim.request.duration", Kind: "histogram", Unit: "s" });
    }

    [Fact]
    public async Task The_operator_names_the_service_and_sends_headers()
    {
        await using var collector = await OtlpReceiver.StartAsync(Cancellation);
        await using var shim = await StartAsync(
            collector, ("OTEL_SERVICE_NAME", "shop-shim"), ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=staging"), ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=shop"));
        await CallAsync(shim);

        var span = await collector.WaitForSpanAsync("the request's span", span => span.Name == "GET /v1/deals", Cancellation);

        Assert.Equal("shop-shim", span.Resource["service.name"]);
        Assert.Equal("staging", span.Resource["deployment.environment.name"]);
        Assert.Contains("x-tenant: shop", collector.Headers);
    }

    [Theory]
    [InlineData("TRACES", "/v1/traces")]
    [InlineData("METRICS", "/v1/metrics")]
    public async Task A_signal_may_stay_at_home(string signal, string path)
    {
        await using var collector = await OtlpReceiver.StartAsync(Cancellation);
        await using var shim = await StartAsync(collector, ($"OTEL_{signal}_EXPORTER", "none"));
        await CallAsync(shim);

        Assert.Equal(0, await shim.StopAsync(Cancellation));

        Assert.Equal((string[])(path == "/v1/traces" ? ["/v1/metrics"] : ["/v1/traces"]), collector.Paths);
    }

    [Fact]
    public async Task A_signal_may_have_an_address_of_its_own()
    {
        await using var collector = await OtlpReceiver.StartAsync(Cancellation);
        await using var shim = await ShimProcess.StartAsync(
            new Dictionary<string, string>(s_settings) { ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"{collector.Endpoint}/mine" }, Cancellation);
        await CallAsync(shim);

        Assert.Equal(0, await shim.StopAsync(Cancellation));

        Assert.Equal((string[])["/mine"], collector.Paths);
    }

    [Fact]
    public async Task What_is_left_is_sent_at_the_end()
    {
        await using var collector = await OtlpReceiver.StartAsync(Cancellation);
        await using var shim = await StartAsync(collector, ("OTEL_BSP_SCHEDULE_DELAY", "3600000"), ("OTEL_METRIC_EXPORT_INTERVAL", "3600000"));
        await CallAsync(shim);
        Assert.Empty(collector.Paths);

        Assert.Equal(0, await shim.StopAsync(Cancellation));

        Assert.Contains(collector.Spans, span => span.Name == "GET /v1/deals");
        Assert.Contains(collector.Metrics, metric => metric.Name == "proxyshim.requests");
    }

    [Fact]
    public async Task A_collector_that_takes_nothing_is_told_of_and_harms_nothing()
    {
        await using var collector = await OtlpReceiver.StartAsync(Cancellation);
        collector.Status = 503;
        await using var shim = await StartAsync(collector);
        await CallAsync(shim);

        await DegradedAsync(shim, "trace_export", over: false);
        await DegradedAsync(shim, "metric_export", over: false);
        collector.Status = 200;
        await CallAsync(shim);
        await DegradedAsync(shim, "trace_export", over: true);
        await DegradedAsync(shim, "metric_export", over: true);
        Assert.Equal(0, await shim.StopAsync(Cancellation));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_does_not_hold_up_the_end()
    {
        var settings = new Dictionary<string, string>(s_settings) { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{FreePort.Next()}", ["OTEL_BSP_SCHEDULE_DELAY"] = "50" };
        await using var shim = await ShimProcess.StartAsync(settings, Cancellation);
        await CallAsync(shim);

        await DegradedAsync(shim, "trace_export", over: false);

        Assert.Equal(0, await shim.StopAsync(Cancellation));
    }

    [Fact]
    public async Task A_switched_off_SDK_sends_nothing()
    {
        await using var collector = await OtlpReceiver.StartAsync(Cancellation);
        await using var shim = await StartAsync(collector, ("OTEL_SDK_DISABLED", "true"));
        await CallAsync(shim);

        Assert.Equal(0, await shim.StopAsync(Cancellation));

        Assert.Empty(collector.Paths);
    }

    // As OpenTelemetry's specification has it: warned of, and ignored. They may be set for a whole cluster.
    [Fact]
    public async Task Settings_that_the_SDK_would_ignore_are_told_and_stop_nothing()
    {
        var settings = new Dictionary<string, string>(s_settings)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:4317",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/json",
            ["OTEL_METRICS_EXPORTER"] = "prometheus",
            ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = "/ca.pem",
        };
        await using var shim = await ShimProcess.StartAsync(settings, Cancellation);

        Assert.Equal(0, await shim.StopAsync(Cancellation));

        Assert.Equal(
            ["OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_METRICS_EXPORTER"],
            shim.Log.Where(line => line.GetProperty("Event").GetString() == "SettingWarning")
                .Select(line => line.GetProperty("Setting").GetString()!).Order(StringComparer.Ordinal));
    }

    // Forwarded to nobody: 502.
    private static async Task CallAsync(ShimProcess shim)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(shim.Address, $"/v1/deals?email={Canaries.EmailOf(Canaries.NewKey())}"));
        request.Headers.TryAddWithoutValidation("X-Customer", Canaries.NewKey());
        using var answer = await client.SendAsync(request, Cancellation);
        Assert.Equal(502, (int)answer.StatusCode);
    }

    private static Task<ShimProcess> StartAsync(OtlpReceiver collector, params (string Key, string? Value)[] settings)
    {
        var all = new Dictionary<string, string>(s_settings);
        foreach (var (key, value) in TracedStand.SettingsFor(collector).Concat(settings))
        {
            all[key] = value!;
        }

        return ShimProcess.StartAsync(all, Cancellation);
    }

    private static Task<JsonElement> DegradedAsync(ShimProcess shim, string part, bool over) => shim.WaitForLogAsync(
        $"the log tells of {part}",
        line => line.GetProperty("Event").GetString() == "Degraded" && line.GetProperty("Part").GetString() == part && line.GetProperty("Over").GetBoolean() == over,
        Cancellation);

    private static string NameInScrape(ExportedMetric metric) =>
        metric.Name.Replace('.', '_') + (metric.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" }) + (metric.Kind == "sum" ? "_total" : "");
}
