using System.Diagnostics.Metrics;
using ProxyShim.Background;
using ProxyShim.Conversions;
using ProxyShim.Redis;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Output;

namespace ProxyShim.Management.Scraping;

/// <summary>How things stand, as numbers that are looked up when a scrape asks.</summary>
internal sealed class ShimGauges
{
    public ShimGauges(
        ShimMetrics metrics, BackgroundLineWriter lines, RedisGate redis, ConversionPipeline conversionApi, LedgerSnapshot ledger, Degradations degradations,
        RecentPartners partners)
    {
        var meter = metrics.Meter;
        meter.CreateObservableCounter("proxyshim.log.events.dropped", () => lines.Dropped, "{event}", "Events that the log lost, since its reader paused for too long.");
        meter.CreateObservableGauge(
            "proxyshim.breaker.open",
            () => (Measurement<int>[])[Of(redis.IsBroken, "dependency", "redis"), Of(conversionApi.IsBroken, "dependency", "conversion_api")],
            "{breaker}",
            "1 while calls to the dependency are held back, since it failed too often.");
        meter.CreateObservableGauge(
            "proxyshim.degraded",
            () => HealthComponent.All.Select(part => Of(degradations.IsDegraded(part), "part", part.Name)),
            "{part}",
            "1 while the part is degraded; /healthz/ready says why and since when.");

        // Nothing before the first look at the ledger: 0 would be a lie.
        meter.CreateObservableGauge(
            "proxyshim.ledger.depth",
            () => ledger.Depths is { } depths
                ?
                [
                    Of(depths.Due, "list", "due"), Of(depths.Unverified, "list", "unverified"), Of(depths.Dead, "list", "dead"),
                    Of(depths.WithCalls, "list", "with_calls"), Of(depths.DeadCalls, "list", "dead_calls"),
                    Of(depths.Held, "list", "held"),
                ]
                : Array.Empty<Measurement<long>>(),
            "{conversion}",
            "Conversions to be sent, to be read back, and dead letters; customers with kept calls, and dead calls; customers whose click is looked for; as this replica last saw them.");
        meter.CreateObservableGauge(
            "proxyshim.ledger.oldest_due.age",
            () => ledger.Depths is { } depths ? [new Measurement<double>(depths.OldestDueAge.TotalSeconds)] : Array.Empty<Measurement<double>>(),
            "s",
            "How long the first due conversion has been overdue.");
        meter.CreateObservableGauge(
            "proxyshim.ledger.oldest_call.age",
            () => ledger.Depths is { } depths ? [new Measurement<double>(depths.OldestCallAge.TotalSeconds)] : Array.Empty<Measurement<double>>(),
            "s",
            "How long a customer's kept calls have waited at most, since they came or since one of them was played.");

        // Which ones is no label: there is no bound to them.
        meter.CreateObservableGauge(
            "proxyshim.partners.unconverted",
            () => partners.Unconverted,
            "{partner}",
            "Partners with at least ten clicks and no conversion in the last hour of this replica; the console and the log say which.");
    }

    private static Measurement<int> Of(bool value, string label, string name) => new(value ? 1 : 0, new KeyValuePair<string, object?>(label, name));

    private static Measurement<long> Of(long value, string label, string name) => new(value, new KeyValuePair<string, object?>(label, name));
}
