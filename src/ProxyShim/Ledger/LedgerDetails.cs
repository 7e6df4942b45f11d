namespace ProxyShim.Ledger;

/// <summary>Everything that the ledger tells of a conversion; no personal data.</summary>
/// <param name="AnswerStatus">Of a dead letter: the status of the last answer; 0 when none came.</param>
/// <param name="AnswerText">What that answer said, as far as it is kept; empty for nothing.</param>
/// <param name="HasBody">Whether the request is still there, so that it can be sent again.</param>
internal sealed record LedgerDetails(
    ConversionId Id,
    ConversionState State,
    string Xid,
    string Caller,
    string TraceId,
    string Error,
    int AnswerStatus,
    string AnswerText,
    int Attempts,
    int Resends,
    int ReadBacks,
    DateTimeOffset ClaimedAt,
    DateTimeOffset? LastAttempt,
    DateTimeOffset? SentAt,
    DateTimeOffset? VerifiedAt,
    DateTimeOffset? DeadAt,
    bool HasBody);
