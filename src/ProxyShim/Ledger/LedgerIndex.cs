namespace ProxyShim.Ledger;

/// <summary>The sorted set in which an entry waits for what happens to it next.</summary>
internal enum LedgerIndex
{
    None,
    Due,
    Unverified,
    Dead,
    Held,
}
