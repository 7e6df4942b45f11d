using ProxyShim.Management.Admin;
using ProxyShim.Management.Recent;
using ProxyShim.Management.Scraping;

namespace ProxyShim.Management;

/// <summary>Health, metrics, the admin API and the console, on a listener of their own.</summary>
internal static class ManagementServices
{
    public static IServiceCollection AddManagement(this IServiceCollection services, ManagementSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<ShimGauges>()
        .AddSingleton<MetricsScrape>()
        .AddSingleton<RecentActivity>()
        .AddSingleton<OverviewReader>()
        .AddSingleton<DeadLetters>()
        .AddSingleton<CustomerSearch>()
        .AddSingleton<ClickSearch>()
        .AddSingleton<AdminEndpoints>()
        .AddHostedService<HealthWatch>()
        .AddHostedService<ManagementListener>();
}
