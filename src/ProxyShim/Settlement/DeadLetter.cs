using ProxyShim.Ledger;

namespace ProxyShim.Settlement;

/// <summary>A conversion that was given up, as it stands before a person decides.</summary>
/// <param name="Details">What the ledger tells of it; null when it is not known.</param>
/// <param name="Stored">Its request; null when that is gone.</param>
internal sealed record DeadLetter(LedgerDetails? Details, StoredConversion? Stored);
