namespace ProxyShim.Telemetry.Health;

/// <summary>
/// A part that can be in trouble while the shim still serves, with what may be wrong with it. Names and reasons are closed sets, in the health answer, the
/// metrics and the log; what to do about each stands in <see cref="Remedies"/>.
/// </summary>
internal sealed class DegradedPart
{
    public static readonly DegradedPart Redis = new("redis", Remedies.Redis);
    public static readonly DegradedPart RedisUser = new("redis_user", Remedies.RedisUser);
    public static readonly DegradedPart CustomerApi = new("customer_api", Remedies.CustomerApi);
    public static readonly DegradedPart ConversionApi = new("conversion_api", Remedies.ConversionApi);
    public static readonly DegradedPart ConversionApiToken = new("conversion_api_token", Remedies.ConversionApiToken);
    public static readonly DegradedPart KeyPair = new("key_pair", Remedies.KeyPair);
    public static readonly DegradedPart Callers = new("callers", Remedies.Callers);
    public static readonly DegradedPart Clicks = new("clicks", Remedies.Clicks);
    public static readonly DegradedPart Capture = new("capture", Remedies.Capture);
    public static readonly DegradedPart Conversions = new("conversions", Remedies.Conversions);
    public static readonly DegradedPart ReadBack = new("read_back", Remedies.ReadBack);
    public static readonly DegradedPart Environment = new("environment", Remedies.Environment);
    public static readonly DegradedPart Queue = new("queue", Remedies.Queue);
    public static readonly DegradedPart Log = new("log", Remedies.Log);
    public static readonly DegradedPart TraceExport = new("trace_export", Remedies.TraceExport);
    public static readonly DegradedPart MetricExport = new("metric_export", Remedies.MetricExport);
    public static readonly DegradedPart Capacity = new("capacity", Remedies.Capacity);

    private readonly IReadOnlyDictionary<string, string> _remedies;

    private DegradedPart(string name, IReadOnlyDictionary<string, string> remedies) => (Name, _remedies) = (name, remedies);

    public static IReadOnlyList<DegradedPart> All { get; } =
    [
        Redis, RedisUser, CustomerApi, ConversionApi, ConversionApiToken, KeyPair, Callers, Clicks, Capture, Conversions, ReadBack, Environment, Queue, Log,
        TraceExport, MetricExport, Capacity,
    ];

    public string Name { get; }

    /// <summary>What may be wrong with it.</summary>
    public IEnumerable<string> Reasons => _remedies.Keys;

    /// <summary>What to do, in one sentence.</summary>
    /// <param name="reason">One of <see cref="Reasons"/>.</param>
    /// <exception cref="KeyNotFoundException">It is none of them.</exception>
    public string ActionOf(string reason) => _remedies[reason];
}
