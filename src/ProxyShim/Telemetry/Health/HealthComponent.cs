namespace ProxyShim.Telemetry.Health;

/// <summary>
/// A part that can be in trouble while the shim still serves, with what may be wrong with it. Names and reasons are closed sets, in the health answer, the
/// metrics and the log; what to do about each stands in <see cref="Remedies"/>.
/// </summary>
internal sealed class HealthComponent
{
    public static readonly HealthComponent Redis = new("redis", Remedies.Redis);
    public static readonly HealthComponent RedisUser = new("redis_user", Remedies.RedisUser);
    public static readonly HealthComponent CustomerApi = new("customer_api", Remedies.CustomerApi);
    public static readonly HealthComponent ConversionApi = new("conversion_api", Remedies.ConversionApi);
    public static readonly HealthComponent ConversionApiToken = new("conversion_api_token", Remedies.ConversionApiToken);
    public static readonly HealthComponent KeyPair = new("key_pair", Remedies.KeyPair);
    public static readonly HealthComponent Callers = new("callers", Remedies.Callers);
    public static readonly HealthComponent Clicks = new("clicks", Remedies.Clicks);
    public static readonly HealthComponent Capture = new("capture", Remedies.Capture);
    public static readonly HealthComponent Conversions = new("conversions", Remedies.Conversions);
    public static readonly HealthComponent ReadBack = new("read_back", Remedies.ReadBack);
    public static readonly HealthComponent Environment = new("environment", Remedies.Environment);
    public static readonly HealthComponent Queue = new("queue", Remedies.Queue);
    public static readonly HealthComponent Log = new("log", Remedies.Log);
    public static readonly HealthComponent TraceExport = new("trace_export", Remedies.TraceExport);
    public static readonly HealthComponent MetricExport = new("metric_export", Remedies.MetricExport);
    public static readonly HealthComponent Capacity = new("capacity", Remedies.Capacity);

    private readonly IReadOnlyDictionary<string, string> _remedies;

    private HealthComponent(string name, IReadOnlyDictionary<string, string> remedies) => (Name, _remedies) = (name, remedies);

    public static IReadOnlyList<HealthComponent> All { get; } =
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
