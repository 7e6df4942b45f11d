using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
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
        Assert.True(_degradations.Report(HealthComponent.Redis, "unavailable"));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(_degradations.Report(HealthComponent.Redis, "unavailable"));

        Assert.Equal(new Degradation(HealthComponent.Redis, "unavailable", began), Assert.Single(_degradations.Current));
        Assert.True(_degradations.IsDegraded(HealthComponent.Redis));
        Assert.False(_degradations.IsDegraded(HealthComponent.Queue));
    }

    [Fact]
    public void Beginning_and_end_are_in_the_log()
    {
        _degradations.Report(HealthComponent.ConversionApiToken, "unauthorized");
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_degradations.Report(HealthComponent.ConversionApiToken, null));
        Assert.False(_degradations.Report(HealthComponent.ConversionApiToken, null));

        Assert.Empty(_degradations.Current);
        Assert.Equal(
            [
                """{"@t":"2026-05-04T03:02:01.0000000Z","@l":"Warning","Event":"Degraded","SchemaVersion":1,"Part":"conversion_api_token","Reason":"unauthorized","Detail":null,"Action":"Make a new tracking token in PartnerStack's dashboard and set ConversionApi:Token; the key pair is no such token.","Over":false,"Since":"2026-05-04T03:02:01.0000000Z","ElapsedMs":0}""",
                """{"@t":"2026-05-04T03:02:06.0000000Z","Event":"Degraded","SchemaVersion":1,"Part":"conversion_api_token","Reason":"unauthorized","Detail":null,"Action":null,"Over":true,"Since":"2026-05-04T03:02:01.0000000Z","ElapsedMs":5000}""",
            ],
            _log.Lines);
    }

    [Fact]
    public void The_oldest_trouble_comes_first()
    {
        _degradations.Report(HealthComponent.Queue, "overdue");
        _time.Advance(TimeSpan.FromSeconds(1));
        _degradations.Report(HealthComponent.Log, "events_dropped");

        Assert.Equal([HealthComponent.Queue, HealthComponent.Log], _degradations.Current.Select(degradation => degradation.Part));
    }

    [Fact]
    public void Another_reason_is_another_event_of_the_same_trouble()
    {
        _degradations.Report(HealthComponent.Redis, "connecting");
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_degradations.Report(HealthComponent.Redis, "refused", "redis.example:6379"));
        Assert.False(_degradations.Report(HealthComponent.Redis, "refused", "redis.example:6380"));

        var shown = Assert.Single(_degradations.Current);
        Assert.Equal(("refused", "redis.example:6380", _time.GetUtcNow().AddSeconds(-5)), (shown.Reason, shown.Detail, shown.Since));
        Assert.Equal(
            [("connecting", null, 0), ("refused", "redis.example:6379", 5000)],
            _log.Lines.Select(line => JsonDocument.Parse(line).RootElement)
                .Select(line => (line.GetProperty("Reason").GetString(), line.GetProperty("Detail").GetString(), line.GetProperty("ElapsedMs").GetInt32())));
    }

    [Fact]
    public void Every_trouble_can_be_told_by_the_schema_and_says_what_to_do_in_a_sentence_that_is_not_cut()
    {
        var troubles = HealthComponent.All.SelectMany(part => part.Reasons, (part, reason) => new Degradation(part, reason, _time.GetUtcNow())).ToList();
        foreach (var trouble in troubles)
        {
            // Held to the schema as it is written.
            LogEvents.Degraded(_log.Events, trouble, TimeSpan.Zero, isOver: false);
        }

        Assert.All(troubles.Zip(_log.Lines), pair =>
        {
            Assert.EndsWith(".", pair.First.Action, StringComparison.Ordinal);
            Assert.Equal(pair.First.Action, JsonDocument.Parse(pair.Second).RootElement.GetProperty("Action").GetString());
        });
    }
}
