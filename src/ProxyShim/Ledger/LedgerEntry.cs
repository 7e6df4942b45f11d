namespace ProxyShim.Ledger;

/// <summary>What the ledger knows of a customer when a request asks.</summary>
/// <param name="State">Where the conversion stands.</param>
/// <param name="Xid">The click id that was, or will be, sent.</param>
/// <param name="ClaimedAt">When it was first claimed, by Redis's clock.</param>
/// <param name="Fingerprint">A short hash of the request that was claimed.</param>
/// <param name="InFlight">Whether it is being sent at this moment, under a lease.</param>
internal sealed record LedgerEntry(ConversionState State, string Xid, DateTimeOffset ClaimedAt, string Fingerprint, bool InFlight);
