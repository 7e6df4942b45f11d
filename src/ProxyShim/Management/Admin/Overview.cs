using ProxyShim.Background;
using ProxyShim.Management.Recent;
using ProxyShim.Management.Reporting;
using ProxyShim.Telemetry;

namespace ProxyShim.Management.Admin;

/// <summary>How this replica stands. Counts and durations are of the last 60 minutes, the current one included; a name that did not occur is left out.</summary>
/// <param name="Now">By the shim's clock.</param>
/// <param name="Since">When the replica began to count: of the time before it knows nothing.</param>
/// <param name="State">Of <see cref="Readiness"/>.</param>
/// <param name="Mode"><c>Rollout:Mode</c>.</param>
/// <param name="Test"><c>ConversionApi:Test</c>.</param>
/// <param name="Degraded">Oldest first.</param>
/// <param name="Ledger">What waits in Redis, for all replicas; null before the first look.</param>
/// <param name="Outcomes">Legacy requests by what became of them.</param>
/// <param name="LookUps">Looks for a click: <c>hit</c>, <c>miss</c>.</param>
/// <param name="Shadowed">Creations that were only looked at, by what they would have become: <c>converted</c>, <c>held</c>, <c>fallback</c>, <c>rejected</c>, <c>unavailable</c>.</param>
/// <param name="Conversions"><c>sent</c>, <c>verified</c>, <c>phantom</c>, <c>dead</c>.</param>
/// <param name="Latency">How long legacy callers waited; null when there was none.</param>
/// <param name="Minutes">The minutes that had a request, oldest first.</param>
/// <param name="Partners">Those of whom something was seen, most conversions first.</param>
internal sealed record Overview(
    DateTimeOffset Now,
    DateTimeOffset Since,
    string Version,
    string State,
    string Mode,
    bool Test,
    IReadOnlyList<DegradedAnswer> Degraded,
    ShownDepths? Ledger,
    IReadOnlyDictionary<string, long> Outcomes,
    IReadOnlyDictionary<string, long> LookUps,
    IReadOnlyDictionary<string, long> Shadowed,
    IReadOnlyDictionary<string, long> Conversions,
    ShownLatency? Latency,
    IReadOnlyList<ShownMinute> Minutes,
    IReadOnlyList<PartnerHour> Partners);

/// <param name="OldestDueSeconds">How long the first due conversion has been overdue; 0 when none is.</param>
/// <param name="Held">Customers whose click is looked for.</param>
/// <param name="WithCalls">Customers with kept calls.</param>
internal sealed record ShownDepths(long Due, long Unverified, long Dead, double OldestDueSeconds, long WithCalls, long DeadCalls, long Held)
{
    public static ShownDepths Of(LedgerDepths depths) =>
        new(depths.Due, depths.Unverified, depths.Dead, depths.OldestDueAge.TotalSeconds, depths.WithCalls, depths.DeadCalls, depths.Held);
}

internal sealed record ShownLatency(double P50Ms, double P95Ms, double P99Ms, double MaxMs)
{
    public static ShownLatency Of(LatencyHistogram latency) =>
        new(latency.Percentile(0.5), latency.Percentile(0.95), latency.Percentile(0.99), latency.Max);
}

/// <param name="At">Its first moment.</param>
internal sealed record ShownMinute(DateTimeOffset At, IReadOnlyDictionary<string, long> Outcomes, double? P50Ms, double? P95Ms)
{
    public static ShownMinute Of(MinuteReading minute) => new(minute.Start, minute.Outcomes, minute.Latency?.Median, minute.Latency?.P95);
}
