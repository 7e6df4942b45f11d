using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Settlement;

/// <summary>Tells the log and the metrics what becomes of calls that came before PartnerStack showed their customer.</summary>
internal sealed class KeptCallEvents(EventLog log, ShimMetrics metrics, RecentPartners partners, ConversionEvents names, TimeProvider time)
{
    /// <summary>What the log calls the customer; null where it names no customer.</summary>
    public string? NameOf(KeptCall call, ConversionId id) => names.NameOf(call.CustomerKey, id);

    /// <summary>It waits.</summary>
    public void Kept(KeptCall call, ConversionId id, string reason)
    {
        metrics.CallChanged(CallStage.Kept);
        LogEvents.CallKept(log, Logged(call, id), reason);
    }

    /// <summary>The Customer API took it.</summary>
    public void Played(KeptCall call, TakenCall taken, int status)
    {
        metrics.CallChanged(CallStage.Played);
        var sale = RouteName.IsSale(call.Method, call.Route) ? Sale.Read(call.Body) : default;
        if (sale.Amount is not null)
        {
            partners.Add(taken.Referral?.PartnerKey, PartnerEvent.Sale);
        }

        LogEvents.CallPlayed(log, Logged(call, taken.Id), taken.Attempts, status, Age(call), taken.Referral, taken.Referral?.AgeAt(call.KeptAt), sale);
    }

    /// <summary>Given up; a person must judge.</summary>
    /// <param name="call">Null when it cannot be read: whose it was cannot be told.</param>
    public void Dead(KeptCall? call, TakenCall taken, string reason, int? status)
    {
        metrics.CallChanged(CallStage.Dead);
        LogEvents.CallDead(log, call is null ? default : Logged(call, taken.Id), reason, taken.Attempts, status, call is null ? default : Age(call));
    }

    /// <summary>A person has a dead call played after all.</summary>
    public void Replayed(DeadCall dead, string by) => LogEvents.CallReplayed(log, Logged(dead), by, WordOf(dead), Age(dead));

    /// <summary>A person has given a dead call up for good.</summary>
    public void Discarded(DeadCall dead, string by) => LogEvents.CallDiscarded(log, Logged(dead), by, WordOf(dead), Age(dead));

    private static string WordOf(DeadCall dead) => dead.Reason.Split(' ')[0];

    private LoggedCall Logged(DeadCall dead) => dead.Call is { } call ? Logged(call, dead.Id) : default;

    private LoggedCall Logged(KeptCall call, ConversionId id) => new(NameOf(call, id), call.Route, call.Method, call.Caller, call.TraceId);

    private TimeSpan Age(DeadCall dead) => dead.Call is { } call ? Age(call) : default;

    // By two replicas' clocks: good to a second or so.
    private TimeSpan Age(KeptCall call) => time.GetUtcNow() - call.KeptAt is { Ticks: > 0 } age ? age : TimeSpan.Zero;
}
