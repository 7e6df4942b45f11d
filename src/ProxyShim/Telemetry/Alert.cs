namespace ProxyShim.Telemetry;

/// <summary>What an operator must look at. Names and details are a closed set and part of the log's contract.</summary>
internal sealed class Alert
{
    /// <summary>The Conversion API answered 401: the tracking token is wrong or revoked.</summary>
    public static readonly Alert TokenUnauthorized = new("token_refused", "unauthorized");

    /// <summary>The Conversion API answered 403.</summary>
    public static readonly Alert TokenForbidden = new("token_refused", "forbidden");

    /// <summary>The Conversion API answered 3xx: its address is wrong.</summary>
    public static readonly Alert TokenRedirected = new("token_refused", "redirect");

    /// <summary>The Customer API answered a read-back, a hand-over or a kept call with 401: the key pair is wrong or revoked.</summary>
    public static readonly Alert KeyPairUnauthorized = new("key_pair_refused", "unauthorized");

    /// <summary>The Customer API answered one of them with 403.</summary>
    public static readonly Alert KeyPairForbidden = new("key_pair_refused", "forbidden");

    /// <summary>A read-back found <c>test: true</c> where <c>ConversionApi:Test</c> is false: such customers pay nobody.</summary>
    public static readonly Alert TestInLive = new("test_mismatch", "test_customer_in_live");

    /// <summary>A read-back found <c>test: false</c> where <c>ConversionApi:Test</c> is true.</summary>
    public static readonly Alert LiveInTest = new("test_mismatch", "live_customer_in_test");

    /// <summary>Read-backs found nothing but 404: phantoms are not sent again until one finds a customer.</summary>
    public static readonly Alert ReadBackBrakeEngaged = new("read_back_brake", "engaged");

    /// <summary>A read-back found a customer: phantoms are sent again.</summary>
    public static readonly Alert ReadBackBrakeReleased = new("read_back_brake", "released");

    /// <summary>Redis may evict jobs when its memory is full.</summary>
    public static readonly Alert RedisEvicts = new("jobs_at_risk", "eviction_policy");

    /// <summary>Redis writes nothing to disk: a restart forgets jobs.</summary>
    public static readonly Alert RedisForgets = new("jobs_at_risk", "persistence");

    /// <summary>Redis's clock was set ahead: what waited goes on waiting by the shim's own; bodies whose expiry was skipped are gone.</summary>
    public static readonly Alert RedisClockAhead = new("redis_clock", "ahead");

    /// <summary>Redis's clock was set back: what waited comes after its wait by the new clock.</summary>
    public static readonly Alert RedisClockBack = new("redis_clock", "back");

    /// <summary>Wrong tokens are presented to the admin API, more than a slip explains.</summary>
    public static readonly Alert ManagementTokenWrong = new("management_token", "wrong");

    /// <summary>The tokens of the admin API were changed into what cannot be used: those from before go on to count.</summary>
    public static readonly Alert ManagementTokensUnusable = new("management_token", "unusable");

    /// <summary>Every one there is.</summary>
    public static readonly IReadOnlyList<Alert> All =
    [
        TokenUnauthorized, TokenForbidden, TokenRedirected, KeyPairUnauthorized, KeyPairForbidden, TestInLive, LiveInTest, ReadBackBrakeEngaged,
        ReadBackBrakeReleased, RedisEvicts, RedisForgets, RedisClockAhead, RedisClockBack, ManagementTokenWrong, ManagementTokensUnusable,
    ];

    private Alert(string name, string detail) => (Name, Detail) = (name, detail);

    public string Name { get; }

    public string Detail { get; }

    /// <summary>The alert for an answer of the Conversion API that means an operator's fault.</summary>
    /// <param name="status">401, 403 or 3xx.</param>
    public static Alert OfConversionApi(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => TokenUnauthorized,
        StatusCodes.Status403Forbidden => TokenForbidden,
        _ => TokenRedirected,
    };
}
