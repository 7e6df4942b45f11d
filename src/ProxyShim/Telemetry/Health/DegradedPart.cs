namespace ProxyShim.Telemetry.Health;

/// <summary>A part that can be in trouble while the shim still serves. The names are a closed set, in the health answer, the metrics and the log.</summary>
internal sealed class DegradedPart
{
    public static readonly DegradedPart Redis = new("redis");
    public static readonly DegradedPart ConversionApi = new("conversion_api");
    public static readonly DegradedPart ConversionApiToken = new("conversion_api_token");
    public static readonly DegradedPart KeyPair = new("key_pair");
    public static readonly DegradedPart ReadBack = new("read_back");
    public static readonly DegradedPart Environment = new("environment");
    public static readonly DegradedPart Queue = new("queue");
    public static readonly DegradedPart Log = new("log");
    public static readonly DegradedPart TraceExport = new("trace_export");
    public static readonly DegradedPart MetricExport = new("metric_export");

    private DegradedPart(string name) => Name = name;

    public static IReadOnlyList<DegradedPart> All { get; } =
        [Redis, ConversionApi, ConversionApiToken, KeyPair, ReadBack, Environment, Queue, Log, TraceExport, MetricExport];

    public string Name { get; }
}
