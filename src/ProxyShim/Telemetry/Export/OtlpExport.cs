using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using ProxyShim.Http;
using ProxyShim.Primitives;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Telemetry.Export;

/// <summary>Runs OpenTelemetry's SDK, which sends spans and metrics to a collector. It is there only when a collector is.</summary>
internal sealed class OtlpExport(
    OtlpSettings settings, IConfiguration configuration, OutboundClients clients, ShimMetrics metrics, Degradations degradations) : IHostedService, IDisposable
{
    private const string ServiceName = "proxyshim";
    private const string RuntimeMeter = "System.Runtime";

    // What a collector that hangs may cost the end of the program, for each signal.
    private const int FlushMilliseconds = 2000;

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Traces is { } traces)
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(configuration))
                .ConfigureResource(Describe)
                .AddSource(Spans.SourceName, Spans.YarpSourceName)
                .AddOtlpExporter(options => Configure(options, traces, HealthComponent.TraceExport))
                .Build();
        }

        if (settings.Metrics is { } target)
        {
            _metrics = Sdk.CreateMeterProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(configuration))
                .ConfigureResource(Describe)
                .AddMeter(ShimMetrics.MeterName, RuntimeMeter)
                .AddOtlpExporter(options => Configure(options, target, HealthComponent.MetricExport))
                .Build();
            metrics.Begin();
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends what is left. Registered first, this stops last: what the stages do while they drain is sent as well.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => _traces?.Shutdown(FlushMilliseconds), CancellationToken.None),
        Task.Run(() => _metrics?.Shutdown(FlushMilliseconds), CancellationToken.None));

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    // The later one wins (https://opentelemetry.io/docs/specs/otel/resource/sdk/#merge): OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are the operator's
    // word.
    private static void Describe(ResourceBuilder resource) => resource.Clear()
        .AddService(ServiceName, serviceVersion: ProductVersion.Current)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private void Configure(OtlpExporterOptions options, OtlpTarget target, HealthComponent part)
    {
        (options.Endpoint, options.Protocol) = (target.Endpoint, target.Protocol);
        options.HttpClientFactory = () => new HttpClient(new ExportWatch(degradations, part) { InnerHandler = clients.CreateHandler() })
        {
            Timeout = TimeSpan.FromMilliseconds(options.TimeoutMilliseconds),
        };
    }
}
