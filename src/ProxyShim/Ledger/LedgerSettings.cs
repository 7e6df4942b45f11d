using ProxyShim.Conversions;

namespace ProxyShim.Ledger;

/// <summary>What the ledger needs to know of the rest.</summary>
/// <param name="Keys">The names of its keys.</param>
/// <param name="Lease">How long a claim, or a job that was taken, belongs to its holder.</param>
/// <param name="BodyTtl">How long a body stays in Redis after the time when something should have happened to it.</param>
/// <param name="ReadBackAfter">From the last attempt to the read-back; null when there is no key pair to read back with.</param>
/// <param name="WaitReplicas">Replicas that must have a claim before it is acknowledged as queued.</param>
/// <param name="LongestWait">The longest that anything in it ever waits for its time.</param>
internal sealed record LedgerSettings(LedgerKeys Keys, TimeSpan Lease, TimeSpan BodyTtl, TimeSpan? ReadBackAfter, int WaitReplicas, TimeSpan LongestWait)
{
    // DESIGN.md: TotalTimeout + 20 s. A holder that is that late has crashed, or is not allowed to begin an attempt any more.
    private static readonly TimeSpan s_leaseMargin = TimeSpan.FromSeconds(20);

    // For the clocks, and for a timer that is late.
    private static readonly TimeSpan s_attemptMargin = TimeSpan.FromSeconds(5);

    /// <summary>How long a claim belongs to its holder.</summary>
    /// <remarks>The last attempt begins within TotalTimeout (ConversionSender) and may take all of AttemptTimeout: it has to be over before anybody else may begin.</remarks>
    public static TimeSpan LeaseOf(ConversionApiSettings api)
    {
        var lastAttempt = api.AttemptTimeout + s_attemptMargin;
        return api.TotalTimeout + (lastAttempt > s_leaseMargin ? lastAttempt : s_leaseMargin);
    }
}
