namespace ProxyShim.Ledger;

/// <summary>A conversion that a background worker has taken under a lease.</summary>
/// <param name="Token">The lease.</param>
/// <param name="Now">Redis's clock when it was taken.</param>
/// <param name="ClaimedAt">When it was claimed.</param>
/// <param name="TriedSince">From when <c>Delivery:MaxAge</c> counts: the claim, or the last replay.</param>
/// <param name="Attempts">Attempts made so far.</param>
/// <param name="MaybeLanded">An earlier attempt may have landed.</param>
/// <param name="Body">The stored request; null when it has expired.</param>
internal sealed record LedgerJob(
    ConversionId Id,
    LeaseToken Token,
    DateTimeOffset Now,
    DateTimeOffset ClaimedAt,
    DateTimeOffset TriedSince,
    int Attempts,
    bool MaybeLanded,
    string Xid,
    string TraceId,
    string Caller,
    ReadOnlyMemory<byte>? Body)
{
    /// <summary>Of a held one whose hand-over was begun: why there is no conversion. Null otherwise, or where an older version has begun it.</summary>
    public string? Reason { get; init; }

    /// <summary>Since the claim, whatever happened in between.</summary>
    public TimeSpan Age => Now - ClaimedAt;

    /// <summary>What is held against <c>Delivery:MaxAge</c>: a replay begins it anew.</summary>
    public TimeSpan TriedFor => Now - TriedSince;
}
