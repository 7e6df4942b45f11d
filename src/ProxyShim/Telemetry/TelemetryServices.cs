using ProxyShim.Http;
using ProxyShim.Telemetry.Export;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Output;

namespace ProxyShim.Telemetry;

/// <summary>What can be seen of the shim: the log, the metrics, what is degraded.</summary>
internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services, PrivacySettings privacy, OtlpSettings? otlp) => services
        .AddShimLogging()
        .AddOtlp(otlp)
        .AddSingleton(TimeProvider.System)
        .AddSingleton(privacy)
        .AddSingleton<CustomerRef>()
        .AddSingleton<AnsweredCalls>()
        .AddSingleton<RequestLogging>()
        .AddHostedService<Refusals>()
        .AddSingleton<AlertEvents>()
        .AddSingleton<RecentDecisions>()
        .AddSingleton<RecentPartners>()
        .AddSingleton<ShimMetrics>()
        .AddSingleton<Degradations>()
        .AddSingleton<CallWatch>();

    /// <summary>To be called after all that is told of a call: the host stops the last service first
    /// (https://github.com/dotnet/runtime/blob/main/src/libraries/Microsoft.Extensions.Hosting/src/Internal/Host.cs).</summary>
    public static IServiceCollection AddAnsweredCalls(this IServiceCollection services) =>
        services.AddHostedService(static provider => provider.GetRequiredService<AnsweredCalls>());

    public static IApplicationBuilder UseRequestLogging(this IApplicationBuilder app) => app.UseSingleton<RequestLogging>();

    private static IServiceCollection AddOtlp(this IServiceCollection services, OtlpSettings? settings) =>
        settings is null ? services : services.AddSingleton(settings).AddHostedService<OtlpExport>();
}
