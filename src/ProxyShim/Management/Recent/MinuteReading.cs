namespace ProxyShim.Management.Recent;

/// <summary>A minute's counts, by name; a name that did not occur is left out.</summary>
/// <param name="Start">The minute's first moment, UTC.</param>
/// <param name="Outcomes">Legacy requests by what became of them.</param>
/// <param name="LookUps">Looks for a click: <c>hit</c> or <c>miss</c>.</param>
/// <param name="Shadowed">Creations that were only looked at, by what they would have become.</param>
/// <param name="Conversions">Of <see cref="Telemetry.Metrics.ConversionStage"/>.</param>
/// <param name="Latency">How long legacy callers waited; null when there was none.</param>
internal sealed record MinuteReading(
    DateTimeOffset Start,
    IReadOnlyDictionary<string, long> Outcomes,
    IReadOnlyDictionary<string, long> LookUps,
    IReadOnlyDictionary<string, long> Shadowed,
    IReadOnlyDictionary<string, long> Conversions,
    MinuteLatency? Latency);

/// <summary>In milliseconds.</summary>
internal sealed record MinuteLatency(double Median, double P95);
