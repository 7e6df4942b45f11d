namespace ProxyShim.Ledger;

/// <summary>A conversion that a background worker has taken under a lease.</summary>
/// <param name="Token">The lease.</param>
/// <param name="Now">Redis's clock when it was taken.</param>
/// <param name="AgeFrom">From when its age counts: the claim, or the replay of a dead letter.</param>
/// <param name="Attempts">Attempts made so far.</param>
/// <param name="MaybeLanded">An earlier attempt may have landed.</param>
/// <param name="Body">The stored request; null when it has expired.</param>
internal sealed record LedgerJob(
    ConversionId Id,
    LeaseToken Token,
    DateTimeOffset Now,
    DateTimeOffset AgeFrom,
    int Attempts,
    bool MaybeLanded,
    string Xid,
    string TraceId,
    string Caller,
    ReadOnlyMemory<byte>? Body)
{
    public TimeSpan Age => Now - AgeFrom;
}
