namespace ProxyShim.Ledger;

/// <summary>Everything that the ledger tells of a conversion; no personal data.</summary>
/// <param name="HasBody">Whether the request is still there, so that it can be sent again.</param>
internal sealed record LedgerDetails(
    ConversionId Id,
    ConversionState State,
    string Xid,
    string Caller,
    string TraceId,
    string Error,
    int Attempts,
    int Resends,
    int ReadBacks,
    DateTimeOffset ClaimedAt,
    DateTimeOffset? LastAttempt,
    DateTimeOffset? SentAt,
    DateTimeOffset? VerifiedAt,
    DateTimeOffset? DeadAt,
    bool HasBody);
