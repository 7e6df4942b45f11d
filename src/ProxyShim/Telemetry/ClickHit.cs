using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Telemetry;

/// <summary>The hit rate's one definition: what counts as a look-up of a click, and which found one.</summary>
internal static class ClickHit
{
    /// <summary>
    /// True for a click, false for none, null where none was looked for: a customer whom the ledger knows is no look-up, nor is a later call about one. A held
    /// customer's look-up is not over (<see cref="OfHold"/>).
    /// </summary>
    /// <param name="outcome">The request's <c>Outcome</c>.</param>
    /// <param name="reason">Its <c>Reason</c>.</param>
    /// <param name="hasXid">Whether its <c>Xid</c> is not null.</param>
    public static bool? Of(string? outcome, string? reason, bool hasXid) => reason switch
    {
        _ when outcome == Outcome.Held.Name => null,
        Reasons.NoClick or Reasons.MalformedClick => false,
        Reasons.FallbackBefore => null,
        _ => hasXid && outcome != Outcome.Duplicate.Name && outcome != Outcome.Passthrough.Name ? true : null,
    };

    /// <summary>Whether the look-up of a customer who was held has found a click in the end, be it another partner's.</summary>
    /// <param name="end">The event's <c>Result</c>.</param>
    /// <param name="reason">Its <c>Reason</c>.</param>
    public static bool OfHold(string? end, string? reason) => end == HoldEnd.ClickFound || reason == Reasons.PartnerMismatch;
}
