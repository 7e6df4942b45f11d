using ProxyShim.Ledger;

namespace ProxyShim.Background;

/// <summary>A conversion that was taken, with what the ledger keeps of its request.</summary>
/// <param name="Lease">The right to decide about it, and what its events shall say.</param>
/// <param name="Job">As the ledger gave it, by a clock that was not set.</param>
/// <param name="Stored">The customer.</param>
internal sealed record TakenJob(Lease Lease, LedgerJob Job, StoredConversion Stored);
