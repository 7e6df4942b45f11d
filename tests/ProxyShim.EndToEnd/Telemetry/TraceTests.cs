using System.Globalization;
using System.Net;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.EndToEnd.Harness.Otlp;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.EndToEnd.Telemetry;

/// <summary>What a collector gets to see of a request: a span a stage, in the caller's trace.</summary>
[RedisSuite]
public sealed class TraceTests(TestRedis redis)
{
    private const int Internal = 1;
    private const int Server = 2;
    private const int Client = 3;

    private const string Create = "POST /api/v2/customers";
    private const string Attempt = "POST /conversion/xid";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversion_is_a_span_a_stage_in_the_callers_trace()
    {
        await using var traced = await TracedStand.StartAsync(redis, Cancellation);
        var answer = await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation);
        Assert.Equal("converted", answer.Outcome);

        var request = await traced.RequestAsync(answer, Cancellation);
        var spans = traced.SpansOf(answer);

        Assert.Equal([Create, "look_up", "claim", Attempt, "settle"], spans.Select(span => span.Name));
        Assert.Equal([Server, Client, Client, Client, Client], spans.Select(span => span.Kind));
        Assert.Equal(answer.SpanId, request.ParentId);
        Assert.All(spans.Skip(1), span => Assert.Equal(request.SpanId, span.ParentId));
        Assert.All(spans, span => Assert.True(span is { IsError: false, Source: "ProxyShim" } && span.End >= span.Start && span.End <= request.End, span.ToString()));
        Assert.Equal(answer.TraceId, (await traced.Stand.EventOfAsync(answer, Cancellation)).GetProperty("TraceId").GetString());
    }

    [Fact]
    public async Task Attributes_are_the_conventions_and_name_nobody()
    {
        await using var traced = await TracedStand.StartAsync(redis, Cancellation);
        var answer = await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation);
        await traced.RequestAsync(answer, Cancellation);
        var api = traced.Stand.PartnerStack.ConversionApiAddress;
        var redisServer = ServerOf(ConfigurationOptions.Parse(traced.Stand.Redis.ConnectionString));

        Assert.Equal(
            [
                "http.request.method=POST http.response.status_code=200 http.route=/api/v2/customers proxyshim.caller=default proxyshim.outcome=converted",
                $"db.operation.name=look_up db.system.name=redis{redisServer}",
                $"db.operation.name=claim db.system.name=redis{redisServer}",
                $"http.request.method=POST http.response.status_code=200 proxyshim.result=sent server.address={api.Host} server.port={api.Port} url.template=/conversion/xid",
                $"db.operation.name=settle db.system.name=redis{redisServer}",
            ],
            traced.SpansOf(answer).Select(span => string.Join(' ', span.Attributes.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))));
    }

    // One of several, or one that a Sentinel names, is not known to a span.
    private static string ServerOf(ConfigurationOptions options) => options.ServiceName is { Length: > 0 } ? "" : options.EndPoints switch
    {
        [IPEndPoint only] => string.Create(CultureInfo.InvariantCulture, $" server.address={only.Address} server.port={only.Port}"),
        [DnsEndPoint only] => string.Create(CultureInfo.InvariantCulture, $" server.address={only.Host} server.port={only.Port}"),
        _ => "",
    };

    [Fact]
    public async Task The_Conversion_API_is_told_the_attempts_span_and_nothing_of_the_callers_context()
    {
        await using var traced = await TracedStand.StartAsync(redis, Cancellation);

        var answer = await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation);

        var attempt = await traced.SpanAsync(answer, Attempt, Cancellation);
        var call = Assert.Single(traced.Stand.Conversions).Call;
        Assert.Equal($"00-{answer.TraceId}-{attempt.SpanId}-01", call.Header("traceparent"));
        Assert.Null(call.Header("tracestate"));
        Assert.Null(call.Header("baggage"));
    }

    [Fact]
    public async Task What_passes_through_keeps_the_callers_own_context_and_has_YARPs_span_and_ours_under_one_parent()
    {
        await using var traced = await TracedStand.StartAsync(redis, Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v2/customers/{Stand.NewKey()}?email={Canaries.EmailOf(Stand.NewKey())}");

        var answer = await traced.Stand.CallAsync(request, Cancellation);

        var root = await traced.RequestAsync(answer, Cancellation);
        var spans = traced.SpansOf(answer);
        var yarp = Assert.Single(spans, span => span.Source == "Yarp.ReverseProxy");
        var forward = Assert.Single(spans, span => span.Kind == Client);
        Assert.Equal((answer.SpanId, root.SpanId, yarp.SpanId), (spans[0].ParentId, yarp.ParentId, forward.ParentId));
        Assert.Equal(Server, spans[0].Kind);
        Assert.Equal("401", forward["http.response.status_code"]);
        Assert.Equal("/api/v2/customers/{key}", forward["url.template"]);
        Assert.True(forward.IsError);
        Assert.False(spans[0].IsError);
        var call = Assert.Single(traced.Stand.Forwarded);
        Assert.Equal($"00-{answer.TraceId}-{answer.SpanId}-01", call.Header("traceparent"));
        Assert.Equal(Canaries.Marker, call.Header("tracestate"));
        Assert.Equal(Canaries.Marker, call.Header("baggage"));
    }

    [Fact]
    public async Task Each_attempt_is_a_span_that_says_how_it_ended()
    {
        await using var traced = await TracedStand.StartAsync(redis, Cancellation);
        traced.Stand.PartnerStack.ConversionApi.EnqueueFaults(Fault.Status(503), Fault.ResetBeforeBody);

        var answer = await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation);

        await traced.RequestAsync(answer, Cancellation);
        var attempts = traced.SpansOf(answer).Where(span => span.Name == Attempt).ToArray();
        Assert.Equal((true, "503", "503", "nothing_landed", null), Told(attempts[0]));
        Assert.Equal((true, null, "request", "1"), (attempts[1].IsError, attempts[1]["http.response.status_code"], attempts[1]["error.type"], attempts[1]["http.request.resend_count"]));
        Assert.Equal(traced.Stand.PartnerStack.Calls.Where(call => call.Kind == ApiKind.ConversionApi).Select(call => call.Header("traceparent")),
            attempts.Select(attempt => $"00-{attempt.TraceId}-{attempt.SpanId}-01"));

        static (bool, string?, string?, string?, string?) Told(ExportedSpan span) =>
            (span.IsError, span["http.response.status_code"], span["error.type"], span["proxyshim.result"], span["http.request.resend_count"]);
    }

    [Fact]
    public async Task Delivery_and_read_back_go_on_in_the_requests_trace()
    {
        await using var traced = await TracedStand.StartAsync(
            redis, Cancellation, ("ConversionApi:MaxAttempts", "1"), ("Delivery:Schedule:0", "00:00:00.100"), ("Verification:Grace", "00:00:00.100"));
        traced.Stand.PartnerStack.ConversionApi.EnqueueFaults(Fault.Status(503));

        var answer = await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation);

        Assert.Equal("queued", answer.Outcome);
        var request = await traced.RequestAsync(answer, Cancellation);
        var deliver = await traced.SpanAsync(answer, "deliver", Cancellation);
        var readBack = await traced.SpanAsync(answer, "read_back", Cancellation);
        Assert.Equal((request.SpanId, Internal), (deliver.ParentId, deliver.Kind));
        Assert.Equal((request.SpanId, Internal), (readBack.ParentId, readBack.Kind));
        var spans = traced.SpansOf(answer);
        Assert.Equal([Attempt, "settle"], spans.Where(span => span.ParentId == deliver.SpanId).Select(span => span.Name));
        Assert.Equal(["GET /api/v2/customers/{key}", "settle"], spans.Where(span => span.ParentId == readBack.SpanId).Select(span => span.Name));
        var read = traced.Stand.PartnerStack.Calls.Last(call => call.Kind == ApiKind.CustomerApi);
        Assert.Equal($"00-{answer.TraceId}-{spans.Single(span => span.Name.StartsWith("GET", StringComparison.Ordinal)).SpanId}-01", read.Header("traceparent"));
        var verified = await traced.Stand.Shim.WaitForLogAsync("it is verified", line => line.GetProperty("Event").GetString() == "ConversionVerified", Cancellation);
        Assert.Equal(answer.TraceId, verified.GetProperty("TraceId").GetString());
    }

    [Fact]
    public async Task A_Redis_that_fails_is_seen_where_it_was_needed()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var traced = await TracedStand.StartAsync(redis, Cancellation, ("Redis:ConnectionString", server.Endpoint), ("Redis:Timeout", "00:00:00.200"));
        await traced.Stand.WaitForRedisAsync(Cancellation);
        server.Pause();
        try
        {
            var answer = await traced.Stand.PostAsync(Stand.Body(Stand.NewKey()), Cancellation);

            var lookUp = await traced.SpanAsync(answer, "look_up", Cancellation);
            Assert.True(lookUp.IsError);
            Assert.Equal("TimeoutException", lookUp["error.type"]);
            Assert.Equal("redis_down", (await traced.RequestAsync(answer, Cancellation))["proxyshim.reason"]);
        }
        finally
        {
            server.Resume();
        }
    }

    [Fact]
    public async Task A_trace_that_the_caller_does_not_record_is_not_recorded_here_either()
    {
        await using var traced = await TracedStand.StartAsync(redis, Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/customers")
        {
            Content = new StringContent(Stand.Body(await traced.Stand.NewCustomerAsync()), System.Text.Encoding.UTF8, "application/json"),
            Headers = { Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey) },
        };

        var unrecorded = await traced.Stand.CallAsync(request, Cancellation, sampled: false);
        var recorded = await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation);

        await traced.RequestAsync(recorded, Cancellation);
        Assert.Empty(traced.SpansOf(unrecorded));
        Assert.Equal(unrecorded.TraceId, (await traced.Stand.EventOfAsync(unrecorded, Cancellation)).GetProperty("TraceId").GetString());
        Assert.Matches($"^00-{unrecorded.TraceId}-[0-9a-f]{{16}}-00$", traced.Stand.Conversions[0].Call.Header("traceparent"));
    }

    [Fact]
    public async Task A_caller_without_a_trace_gets_one_and_the_log_names_it()
    {
        await using var traced = await TracedStand.StartAsync(redis, Cancellation);
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(traced.Stand.Shim.Address, "/v1/deals"), Cancellation);

        var root = await traced.Collector.WaitForSpanAsync("the request's span", span => span is { Name: "GET /v1/deals", Kind: Server }, Cancellation);

        Assert.Equal("", root.ParentId);
        await traced.Stand.Shim.WaitForLogAsync(
            "the log names the trace", line => line.TryGetProperty("TraceId", out var trace) && trace.GetString() == root.TraceId, Cancellation);
    }

    [Fact]
    public async Task Without_a_collector_nobody_is_told_of_a_trace()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);

        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);

        Assert.Null(Assert.Single(stand.Conversions).Call.Header("traceparent"));
        Assert.Equal(answer.TraceId, (await stand.EventOfAsync(answer, Cancellation)).GetProperty("TraceId").GetString());
    }
}
