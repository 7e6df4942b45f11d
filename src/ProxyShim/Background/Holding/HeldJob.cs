using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;

namespace ProxyShim.Background.Holding;

/// <summary>A held creation that was taken.</summary>
/// <param name="Lease">The right to decide about it, and what its events shall say.</param>
/// <param name="Job">As the ledger gave it.</param>
/// <param name="Stored">The customer.</param>
/// <param name="Original">The original request.</param>
internal sealed record HeldJob(Lease Lease, LedgerJob Job, StoredConversion Stored, KeptCall Original)
{
    /// <summary>Whether the click is not waited for any more.</summary>
    public bool IsOver => Job.Now >= Job.TriedSince;
}
