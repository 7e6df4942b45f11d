namespace ProxyShim.Ledger;

/// <param name="Now">Redis's clock when it answered.</param>
/// <param name="Entry">What it knows of the customer; null when nothing.</param>
internal readonly record struct LedgerReading(DateTimeOffset Now, LedgerEntry? Entry);
