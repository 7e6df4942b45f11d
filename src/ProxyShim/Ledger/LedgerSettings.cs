using ProxyShim.Conversions;
using ProxyShim.Hosting;

namespace ProxyShim.Ledger;

/// <summary>What the ledger needs to know of the rest.</summary>
/// <param name="Keys">The names of its keys.</param>
/// <param name="Lease">How long a claim, or a job that was taken, belongs to its holder.</param>
/// <param name="BodyLife">How long a body stays in Redis after the time when something should have happened to it.</param>
/// <param name="ReadBackAfter">From the last attempt to the read-back; null when there is no key pair to read back with.</param>
/// <param name="WaitReplicas">Replicas that must have a claim before it is acknowledged as queued.</param>
internal sealed record LedgerSettings(LedgerKeys Keys, TimeSpan Lease, TimeSpan BodyLife, TimeSpan? ReadBackAfter, int WaitReplicas)
{
    // DESIGN.md: TotalTimeout + 20 s. A holder that is that late has crashed, or is not allowed to begin an attempt any more.
    private static readonly TimeSpan s_leaseMargin = TimeSpan.FromSeconds(20);

    // For the clocks, and for a timer that is late.
    private static readonly TimeSpan s_attemptMargin = TimeSpan.FromSeconds(5);

    public static LedgerSettings From(ShimSettings settings) => new(
        new LedgerKeys(settings.Redis.KeyPrefix, settings.ConversionApi.Test),
        LeaseOf(settings.ConversionApi),

        // Twice MaxAge: a shim that was down for all of MaxAge still finds its jobs. Then the longest wait before the event that gives up.
        (settings.Delivery.MaxAge * 2) + settings.Delivery.Schedule.Max() + settings.Verification.Grace + settings.Verification.Interval,
        settings.CustomerApi.Vendor is null ? null : settings.Verification.Grace,
        settings.Redis.WaitReplicas);

    // The last attempt begins within TotalTimeout (ConversionSender) and may take all of AttemptTimeout: it has to be over before anybody else may begin.
    private static TimeSpan LeaseOf(ConversionApiSettings api)
    {
        var lastAttempt = api.AttemptTimeout + s_attemptMargin;
        return api.TotalTimeout + (lastAttempt > s_leaseMargin ? lastAttempt : s_leaseMargin);
    }
}
