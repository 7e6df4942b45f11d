namespace ProxyShim.Telemetry.Metrics;

/// <summary>What became of a click that was reported: a label of <c>proxyshim.clicks.reported</c>, and the log's <c>Reason</c> for one that was refused.</summary>
internal static class ClickResult
{
    public const string Written = "written";

    /// <summary>It was there already.</summary>
    public const string Same = "same";

    /// <summary>A newer one was there, or its own lifetime was over.</summary>
    public const string Older = "older";

    /// <summary>It was not looked at further: the text is no JSON object, or no row of a CSV file.</summary>
    public const string NoJson = "no_json";

    public const string UnknownName = "unknown_name";
    public const string NoXid = "no_xid";
    public const string BadXid = "bad_xid";
    public const string BadField = "bad_field";

    /// <summary>Who it is fills no template of <c>Clicks:Keys</c>.</summary>
    public const string NoKey = "no_key";

    public const string TooLarge = "too_large";
    public const string RateLimited = "rate_limited";

    /// <summary>A page of an origin that is not one of <c>Capture:Origins</c>, or a call without origin and token.</summary>
    public const string Origin = "origin";

    /// <summary>A token that is not <c>Capture:Token</c>.</summary>
    public const string Token = "token";

    /// <summary>As many requests as the process can hold are being answered.</summary>
    public const string Overloaded = "overloaded";

    public const string RedisDown = "redis_down";

    /// <summary>Those with which nothing was written that should have been.</summary>
    public static readonly IReadOnlyList<string> Refusals =
        [NoJson, UnknownName, NoXid, BadXid, BadField, NoKey, TooLarge, RateLimited, Origin, Token, Overloaded, RedisDown];

    /// <summary>Every one there is.</summary>
    public static readonly IReadOnlyList<string> All = [Written, Same, Older, .. Refusals];
}
