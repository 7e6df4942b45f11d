using ProxyShim.Background;
using ProxyShim.Conversions;
using ProxyShim.Lifetime;
using ProxyShim.Management.Recent;
using ProxyShim.Management.Reporting;
using ProxyShim.Primitives;
using ProxyShim.Rollout;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;

namespace ProxyShim.Management.Admin;

/// <summary>Gathers how this replica stands, from what it has in memory.</summary>
internal sealed class OverviewReader(
    RecentActivity recent,
    RecentPartners partners,
    LedgerSnapshot ledger,
    Degradations degradations,
    Readiness readiness,
    RolloutState rollout,
    ConversionApiSettings conversionApi,
    TimeProvider time)
{
    public Overview Read()
    {
        var latency = new LatencyHistogram();
        var minutes = recent.Read().Select(minute => minute.Read(latency)).ToList();
        return new Overview(
            time.GetUtcNow(),
            recent.Since,
            ProductVersion.Current,
            readiness.State,
            rollout.Plan.Mode.ToString(),
            conversionApi.Test,
            [.. degradations.Current.Select(DegradedAnswer.Of)],
            ledger.Depths is { } depths ? ShownDepths.Of(depths) : null,
            Sum(minutes, minute => minute.Outcomes),
            Sum(minutes, minute => minute.LookUps),
            Sum(minutes, minute => minute.Shadowed),
            Sum(minutes, minute => minute.Conversions),
            latency.Count == 0 ? null : ShownLatency.Of(latency),
            [.. minutes.Where(minute => minute.Outcomes.Count > 0).Select(ShownMinute.Of)],
            partners.Read());
    }

    private static Dictionary<string, long> Sum(List<MinuteReading> minutes, Func<MinuteReading, IReadOnlyDictionary<string, long>> counts) =>
        minutes.SelectMany(counts).GroupBy(count => count.Key).ToDictionary(count => count.Key, count => count.Sum(one => one.Value));
}
