namespace ProxyShim.Telemetry;

/// <summary>What became of one call that creates a customer; no more than its event in the log says, and what the Conversion API said to it.</summary>
/// <param name="CustomerRef">The customer's name in the log; null where the call was not read so far, or the log has no names.</param>
/// <param name="Status">What the caller got; null for one that had gone.</param>
/// <param name="Said">What a refusal said, as far as it may be kept.</param>
internal sealed record Decision(
    DateTimeOffset At,
    string? CustomerRef,
    string Outcome,
    string? Reason,
    int? Status,
    int? UpstreamStatus,
    string? Said,
    string? Xid,
    string? Caller,
    string TraceId);
