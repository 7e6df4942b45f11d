namespace ProxyShim.Ledger;

/// <summary>A conversion that is to be read back.</summary>
/// <param name="State">Sent or ambiguous.</param>
/// <param name="Resends">How often a phantom was sent again.</param>
/// <param name="ReadBacks">Read-backs, this one included.</param>
/// <param name="LastAttempt">When it was last sent.</param>
internal sealed record ReadBackJob(LedgerJob Job, ConversionState State, int Resends, int ReadBacks, DateTimeOffset LastAttempt);
