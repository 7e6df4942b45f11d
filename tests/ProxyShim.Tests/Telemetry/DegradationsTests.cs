using Microsoft.Extensions.Time.Testing;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public class DegradationsTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
    private readonly CapturedLog _log;
    private readonly Degradations _degradations;

    public DegradationsTests()
    {
        _log = new CapturedLog(_time);
        _degradations = new Degradations(_log.Events, _time);
    }

    [Fact]
    public void Trouble_has_a_reason_and_a_beginning_however_often_it_is_reported()
    {
        var began = _time.GetUtcNow();
        Assert.True(_degradations.Report(DegradedPart.Redis, "unavailable"));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(_degradations.Report(DegradedPart.Redis, "unavailable"));

        Assert.Equal(new Degradation(DegradedPart.Redis, "unavailable", began), Assert.Single(_degradations.Current));
        Assert.True(_degradations.IsDegraded(DegradedPart.Redis));
        Assert.False(_degradations.IsDegraded(DegradedPart.Queue));
    }

    [Fact]
    public void Beginning_and_end_are_in_the_log()
    {
        _degradations.Report(DegradedPart.ConversionApiToken, "unauthorized");
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_degradations.Report(DegradedPart.ConversionApiToken, null));
        Assert.False(_degradations.Report(DegradedPart.ConversionApiToken, null));

        Assert.Empty(_degradations.Current);
        Assert.Equal(
            [
                """{"@t":"2026-05-04T03:02:01.0000000Z","@l":"Warning","Event":"Degraded","SchemaVersion":1,"Part":"conversion_api_token","Reason":"unauthorized","Over":false,"ElapsedMs":0}""",
                """{"@t":"2026-05-04T03:02:06.0000000Z","Event":"Degraded","SchemaVersion":1,"Part":"conversion_api_token","Reason":"unauthorized","Over":true,"ElapsedMs":5000}""",
            ],
            _log.Lines);
    }

    [Fact]
    public void The_oldest_trouble_comes_first()
    {
        _degradations.Report(DegradedPart.Queue, "overdue");
        _time.Advance(TimeSpan.FromSeconds(1));
        _degradations.Report(DegradedPart.Log, "events_dropped");

        Assert.Equal([DegradedPart.Queue, DegradedPart.Log], _degradations.Current.Select(degradation => degradation.Part));
    }

    [Fact]
    public void Every_part_can_be_told_by_the_schema() => Assert.All(DegradedPart.All, part => LogSchema.Hold(
        $$"""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"Degraded","SchemaVersion":1,"Part":"{{part.Name}}","Reason":"overdue","Over":true,"ElapsedMs":1}"""));
}
