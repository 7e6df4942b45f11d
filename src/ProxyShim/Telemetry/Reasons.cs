namespace ProxyShim.Telemetry;

/// <summary>The log's <c>Reason</c>: why a request ended as it did, where the outcome does not say it all. Values are part of the log's contract.</summary>
internal static class Reasons
{
    public const string UnknownCaller = "unknown_caller";
    public const string QueryString = "query_string";
    public const string ContentType = "content_type";
    public const string ContentEncoding = "content_encoding";
    public const string BodyTooLarge = "body_too_large";
    public const string MalformedJson = "malformed_json";
    public const string MissingField = "missing_field";
    public const string InvalidField = "invalid_field";
    public const string KeyTooLong = "key_too_long";
    public const string Off = "off";
    public const string NoClick = "no_click";
    public const string MalformedClick = "malformed_click";
    public const string PartnerMismatch = "partner_mismatch";
    public const string ClickCut = "click_cut";
    public const string RedisDown = "redis_down";
    public const string Refused = "refused";
    public const string FallbackBefore = "fallback_before";
    public const string DuplicateDiffers = "duplicate_differs";
    public const string LedgerFormat = "ledger_format";
    public const string MemoryLost = "memory_lost";
    public const string NotReplicated = "not_replicated";
    public const string WithinLag = "within_lag";
    public const string BehindKept = "behind_kept";
    public const string TooManyKept = "too_many_kept";
    public const string MayHaveLanded = "may_have_landed";
    public const string CallerGone = "caller_gone";
    public const string AlreadyExisted = "already_existed";
    public const string Phantom = "phantom";
    public const string Expired = "expired";
    public const string Unverifiable = "unverifiable";
    public const string BodyLost = "body_lost";
    public const string ConflictAfterAmbiguity = "conflict_after_ambiguity";
    public const string FromLedger = "from_ledger";
    public const string OwnKeyUnread = "own_key_unread";
    public const string BadRequest = "bad_request";
    public const string BodyOverLimit = "body_over_limit";
    public const string RateLimited = "rate_limited";
    public const string Overloaded = "overloaded";
    public const string UnusualPath = "unusual_path";
    public const string UnusualMethod = "unusual_method";
}
