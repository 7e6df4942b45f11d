using ProxyShim.Hosting;
using ProxyShim.Settlement;
using ProxyShim.Telemetry.Export;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Output;

namespace ProxyShim.Telemetry;

/// <summary>What can be seen of the shim: the log, the metrics, what is degraded.</summary>
internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services, ShimSettings settings) => services
        .AddShimLogging()
        .AddOtlp(settings.Otlp)
        .AddSingleton(TimeProvider.System)
        .AddSingleton(settings.Privacy)
        .AddSingleton(settings.Rollout)
        .AddSingleton<CustomerRef>()
        .AddSingleton<RequestLogging>()
        .AddSingleton<AlertEvents>()
        .AddSingleton<ConversionEvents>()
        .AddSingleton<ShimMetrics>()
        .AddSingleton<Degradations>();

    private static IServiceCollection AddOtlp(this IServiceCollection services, OtlpSettings? settings) =>
        settings is null ? services : services.AddSingleton(settings).AddHostedService<OtlpExport>();
}
