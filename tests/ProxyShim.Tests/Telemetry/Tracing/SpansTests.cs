using System.Diagnostics;
using ProxyShim.Redis;
using ProxyShim.Telemetry.Tracing;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Telemetry.Tracing;

// Who listens hears everybody: nobody else in this assembly may.
public class SpansTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static readonly ActivityContext s_caller = TraceContext.Parse($"00-{Trace}-00f067aa0ba902b7-01");
    private static readonly RedisSettings s_redis = Given.Settings().Redis;
    private static readonly Uri s_api = new("https://partnerlinks.io/conversion/xid");

    [Fact]
    public void Where_nobody_listens_there_is_no_span_and_nothing_is_allocated()
    {
        Begin();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
        {
            Begin();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Begin()
        {
            Assert.True(
                (Spans.Request(s_caller, "POST", "/api/v2/customers") ?? RedisSpans.Begin(RedisOperation.Claim, s_redis) ?? Spans.Attempt(s_api, 2)
                    ?? Spans.Forward("GET", "other", s_api) ?? Spans.Read("/api/v2/customers/{key}", s_api) ?? Spans.Job("deliver", Trace, s_caller, default)) is null);
            ((Activity?)null).Tag("name", "value").Answered(500);
        }
    }

    [Fact]
    public void Redis_work_that_is_for_no_request_and_no_job_has_no_span()
    {
        using var listener = Listen();

        Assert.Null(RedisSpans.Begin(RedisOperation.LookUp, s_redis));

        using var request = Spans.Request(s_caller, "POST", "/api/v2/customers");
        using var lookUp = RedisSpans.Begin(RedisOperation.LookUp, s_redis);
        Assert.Equal(request!.SpanId, lookUp!.ParentSpanId);
    }

    [Theory]
    [InlineData("localhost:6379", "localhost", 6379)]
    [InlineData("192.0.2.1:7", "192.0.2.1", 7)]
    [InlineData("one:1,two:2", null, null)]
    public void A_Redis_is_named_where_there_is_one(string connectionString, string? address, int? port)
    {
        using var listener = Listen();
        using var request = Spans.Request(s_caller, "POST", "/api/v2/customers");

        using var lookUp = RedisSpans.Begin(RedisOperation.LookUp, Given.Settings(("Redis:ConnectionString", connectionString)).Redis);

        Assert.Equal((address, port), (lookUp!.GetTagItem("server.address"), lookUp.GetTagItem("server.port")));
    }

    [Theory]
    [InlineData(ActivityKind.Server, 200, null)]
    [InlineData(ActivityKind.Server, 404, null)]
    [InlineData(ActivityKind.Server, 503, "503")]
    [InlineData(ActivityKind.Client, 302, null)]
    [InlineData(ActivityKind.Client, 404, "404")]
    public void A_status_is_a_failure_of_whoever_is_to_blame(ActivityKind kind, int status, string? error)
    {
        using var listener = Listen();
        using var span = kind == ActivityKind.Server ? Spans.Request(default, "GET", "other") : Spans.Forward("GET", "other", s_api);

        span.Answered(status);

        Assert.Equal((status, error), (span!.GetTagItem("http.response.status_code"), span.GetTagItem("error.type")));
        Assert.Equal(error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, span.Status);
        Assert.Null(span.StatusDescription);
    }

    [Theory]
    [InlineData("RequestTimedOut", "request_timed_out")]
    [InlineData(null, "_OTHER")]
    public void A_call_without_an_answer_has_a_word_for_it(string? error, string word)
    {
        using var listener = Listen();
        using var span = Spans.Attempt(s_api, 2);

        span.Ended(null, error);

        Assert.Equal((word, 1), (span!.GetTagItem("error.type"), span.GetTagItem("http.request.resend_count")));
    }

    [Fact]
    public void A_method_of_the_callers_own_has_the_conventions_name()
    {
        using var listener = Listen();
        using var span = Spans.Request(s_caller, "OTHER", "other");

        Assert.Equal(("OTHER other", "_OTHER"), (span!.DisplayName, span.GetTagItem("http.request.method")));
    }

    [Fact]
    public void A_job_goes_on_from_the_requests_span_from_the_moment_it_began()
    {
        using var listener = Listen();
        var began = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

        using var job = Spans.Job("deliver", Trace, s_caller, began);

        Assert.Equal((s_caller.SpanId, Trace, began.UtcDateTime), (job!.ParentSpanId, job.TraceId.ToHexString(), job.StartTimeUtc));
    }

    [Fact]
    public void A_job_of_a_request_without_a_span_or_with_one_of_another_trace_is_in_the_trace_that_the_log_names()
    {
        using var listener = Listen();

        using var without = Spans.Job("deliver", Trace, default, default);
        using var revived = Spans.Job("deliver", Trace, TraceContext.Parse($"00-{new string('1', 32)}-00f067aa0ba902b7-01"), default);

        Assert.Equal((Trace, Trace), (without!.TraceId.ToHexString(), revived!.TraceId.ToHexString()));
        Assert.NotEqual(default, without.ParentSpanId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no trace")]
    [InlineData("00000000000000000000000000000000")]
    public void A_job_whose_trace_cannot_be_read_has_one_of_its_own(string trace)
    {
        using var listener = Listen();

        using var job = Spans.Job("deliver", trace, default, default);

        Assert.Equal(default, job!.ParentSpanId);
    }

    [Theory]
    [InlineData("canary@example.com")]
    [InlineData("00-canary-00f067aa0ba902b7-01")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData(null)]
    public void What_is_no_traceparent_is_none(string? header) => Assert.Equal(default, TraceContext.Parse(header));

    [Fact]
    public void The_log_has_a_trace_in_any_case()
    {
        Assert.Equal(Trace, TraceContext.TraceIdOf(null, s_caller));
        Assert.Matches("^[0-9a-f]{32}$", TraceContext.TraceIdOf(null, default));
        Assert.NotEqual(TraceContext.TraceIdOf(null, default), TraceContext.TraceIdOf(null, default));
        using var listener = Listen();
        using var span = Spans.Request(default, "GET", "other");
        Assert.Equal(span!.TraceId.ToHexString(), TraceContext.TraceIdOf(span, default));
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Spans.SourceName,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
