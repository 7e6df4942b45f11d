using System.Diagnostics.Metrics;

namespace ProxyShim.Telemetry.Metrics;

/// <summary>
/// What happens, as numbers. Names follow OpenTelemetry's conventions (https://opentelemetry.io/docs/specs/semconv/general/metrics/); no label can hold what a
/// request says.
/// </summary>
/// <remarks>Labels: outcomes, reasons and results are closed sets, callers are those of the settings.</remarks>
internal sealed class ShimMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ProxyShim";

    // Seconds. The answer of a conversion is tens of milliseconds away, an outage's end ten seconds.
    private static readonly double[] s_requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    // Redis is in the next rack, and at most Redis:Timeout away.
    private static readonly double[] s_redisBuckets = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

    private readonly Counter<long> _requests;
    private readonly Counter<long> _lookUps;
    private readonly Counter<long> _clicks;
    private readonly Counter<long> _shadowed;
    private readonly Counter<long> _conversions;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _holds;
    private readonly Counter<long> _alerts;
    private readonly Counter<long> _managementRefusals;
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _redisDuration;
    private readonly Histogram<double> _attemptDuration;

    public ShimMetrics()
    {
        _requests = Meter.CreateCounter<long>("proxyshim.requests", "{request}", "Legacy requests, by what became of them and who sent them.");
        _lookUps = Meter.CreateCounter<long>("proxyshim.clicks.looked_up", "{click}", "Looks for a customer's click: hit or miss.");
        _clicks = Meter.CreateCounter<long>("proxyshim.clicks.reported", "{click}", "Clicks that were reported, by way and by what became of them.");
        _shadowed = Meter.CreateCounter<long>("proxyshim.shadowed", "{request}", "Creations that were only looked at, by what they would have become.");
        _conversions = Meter.CreateCounter<long>("proxyshim.conversions", "{conversion}", "Conversions that were sent, verified, found to be phantoms, or given up.");
        _calls = Meter.CreateCounter<long>(
            "proxyshim.calls", "{call}", "Calls that came before PartnerStack showed their customer: kept, played, or given up.");
        _holds = Meter.CreateCounter<long>(
            "proxyshim.holds", "{customer}", "Held customers whose click came after all, or who were handed to the Customer API.");
        _alerts = Meter.CreateCounter<long>("proxyshim.alerts", "{alert}", "Alert events of the log.");
        _managementRefusals = Meter.CreateCounter<long>("proxyshim.management.refusals", "{call}", "Calls of the admin API that were refused for their token.");
        _requestDuration = Histogram("proxyshim.request.duration", s_requestBuckets, "From a legacy request's head to the end of its answer.");
        _redisDuration = Histogram("proxyshim.request.redis.duration", s_redisBuckets, "What a legacy request waited for Redis in all.");
        _attemptDuration = Histogram("proxyshim.attempt.duration", s_requestBuckets, "One attempt at the Conversion API, inline or in the background.");
    }

    public Meter Meter { get; } = new(MeterName);

    /// <summary>Counts 0 of everything that an alert or a dashboard watches: a rate cannot be taken of what is not there yet
    /// (https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics).</summary>
    public void Begin()
    {
        foreach (var stage in (ReadOnlySpan<string>)[ConversionStage.Sent, ConversionStage.Verified, ConversionStage.Phantom, ConversionStage.Dead])
        {
            _conversions.Add(0, new KeyValuePair<string, object?>("event", stage));
        }

        HoldEnded(HoldEnd.ClickFound, 0);
        HoldEnded(HoldEnd.HandedOver, 0);
        foreach (var stage in (ReadOnlySpan<string>)[CallStage.Kept, CallStage.Played, CallStage.Dead])
        {
            _calls.Add(0, new KeyValuePair<string, object?>("event", stage));
        }

        foreach (var wouldBe in (ReadOnlySpan<Outcome>)[Outcome.Converted, Outcome.Fallback])
        {
            _shadowed.Add(0, new KeyValuePair<string, object?>("would_be", wouldBe.Name));
        }

        foreach (var alert in Alert.All)
        {
            _alerts.Add(0, new KeyValuePair<string, object?>("alert", alert.Name));
        }

        foreach (var reason in (ReadOnlySpan<string>)[ManagementRefusal.WrongToken, ManagementRefusal.Slowed, ManagementRefusal.ReadOnly])
        {
            _managementRefusals.Add(0, new KeyValuePair<string, object?>("reason", reason));
        }

        foreach (var way in ClickWay.All)
        {
            ClicksReported(way, ClickResult.Written, 0);
        }

        LookedUp(hit: true, 0);
        LookedUp(hit: false, 0);
    }

    public void Handled(RequestRecord record, TimeSpan elapsed)
    {
        var outcome = Count(record);
        if (record.Outcome != Outcome.Aborted)
        {
            // The caller did not wait for the end of that one.
            _requestDuration.Record(elapsed.TotalSeconds, outcome);
        }

        if (record.Redis > TimeSpan.Zero)
        {
            _redisDuration.Record(record.Redis.TotalSeconds);
        }

        if (record.WouldBe is { } wouldBe)
        {
            _shadowed.Add(1, new KeyValuePair<string, object?>("would_be", wouldBe.Name));
        }

        if (ClickHit.Of(record.Outcome.Name, record.Reason, record.Xid is not null) is { } hit)
        {
            LookedUp(hit);
        }
    }

    /// <summary>A request that no stage has seen, so that nothing about it was timed.</summary>
    public void Refused(RequestRecord record) => Count(record);

    /// <param name="result">As in the log.</param>
    public void Attempted(string result, TimeSpan elapsed) =>
        _attemptDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("result", result));

    /// <param name="stage">Of <see cref="ConversionStage"/>.</param>
    public void Converted(string stage) => _conversions.Add(1, new KeyValuePair<string, object?>("event", stage));

    /// <param name="way">Of <see cref="ClickWay"/>.</param>
    /// <param name="result">Of <see cref="ClickResult"/>.</param>
    public void ClicksReported(string way, string result, long count = 1) => _clicks.Add(count, new("way", way), new("result", result));

    /// <param name="stage">Of <see cref="CallStage"/>.</param>
    public void CallChanged(string stage) => _calls.Add(1, new KeyValuePair<string, object?>("event", stage));

    /// <param name="end">Of <see cref="HoldEnd"/>.</param>
    public void HoldEnded(string end, long count = 1) => _holds.Add(count, new KeyValuePair<string, object?>("event", end));

    /// <summary>A look for a customer's click is over (<see cref="ClickHit"/>).</summary>
    public void LookedUp(bool hit, long count = 1) => _lookUps.Add(count, new KeyValuePair<string, object?>("result", hit ? "hit" : "miss"));

    public void Alerted(Alert alert) => _alerts.Add(1, new KeyValuePair<string, object?>("alert", alert.Name));

    /// <param name="reason">Of <see cref="ManagementRefusal"/>.</param>
    public void ManagementRefused(string reason) => _managementRefusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Dispose() => Meter.Dispose();

    private KeyValuePair<string, object?> Count(RequestRecord record)
    {
        var outcome = new KeyValuePair<string, object?>("outcome", record.Outcome.Name);
        _requests.Add(1, outcome, new("caller", record.Caller ?? "none"));
        return outcome;
    }

    private Histogram<double> Histogram(string name, double[] buckets, string description) =>
        Meter.CreateHistogram(name, "s", description, tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
