using ProxyShim.Hosting;
using ProxyShim.Lifetime;
using ProxyShim.Management.Admin;
using ProxyShim.Management.Recent;
using ProxyShim.Management.Scraping;

namespace ProxyShim.Management;

/// <summary>Health, metrics, the admin API and the console, on a listener of their own.</summary>
internal static class ManagementServices
{
    public static IServiceCollection AddManagement(this IServiceCollection services, ShimSettings settings) => services
        .AddSingleton(settings.Management)
        .AddSingleton<ShimGauges>()
        .AddSingleton<MetricsScrape>()
        .AddSingleton<Readiness>()
        .AddSingleton<RecentActivity>()
        .AddSingleton<OverviewReader>()
        .AddSingleton<DeadLetters>()
        .AddSingleton<CustomerSearch>()
        .AddSingleton<AdminEndpoints>()
        .AddSingleton<FatalExit>()
        .AddHostedService<HealthWatch>()
        .AddHostedService<ManagementListener>();
}
