using ProxyShim.Management.Admin;
using ProxyShim.Management.Recent;
using ProxyShim.Management.Scraping;
using ProxyShim.Redis.Health;
using ProxyShim.Settings;
using ProxyShim.Telemetry;

namespace ProxyShim.Management;

/// <summary>Health, metrics, the admin API and the console, on a listener of their own.</summary>
internal static class ManagementServices
{
    /// <param name="configuration">Reads the configuration anew: tokens that were replaced count without a restart.</param>
    public static IServiceCollection AddManagement(this IServiceCollection services, ManagementSettings settings, Func<IConfiguration> configuration) => services
        .AddSingleton(settings)
        .AddSingleton<ShimGauges>()
        .AddSingleton<MetricsScrape>()
        .AddSingleton<RecentActivity>()
        .AddSingleton<OverviewReader>()
        .AddSingleton<DeadLetters>()
        .AddSingleton<DeadCalls>()
        .AddSingleton<CustomerLookup>()
        .AddSingleton<ClickSearch>()
        .AddSingleton<ClickChanges>()
        .AddSingleton(services => new AdminTokens(
            settings, () => ReadTokens(configuration), services.GetRequiredService<AlertEvents>(), services.GetRequiredService<TimeProvider>()))
        .AddSingleton<WrongTokens>()
        .AddSingleton<AdminEndpoints>()
        .AddSingleton<IAdminEndpoints, OverviewEndpoints>()
        .AddSingleton<IAdminEndpoints, DeadLetterEndpoints>()
        .AddSingleton<IAdminEndpoints, CustomerEndpoints>()
        .AddSingleton<IAdminEndpoints, ClickEndpoints>()
        .AddSingleton<IAdminEndpoints, RolloutEndpoints>()
        .AddHostedService<RedisWatch>()
        .AddHostedService<HealthWatch>()
        .AddHostedService<ManagementListener>();

    private static IReadOnlyList<ManagementToken>? ReadTokens(Func<IConfiguration> configuration)
    {
        try
        {
            var reader = new SettingsReader(configuration());
            var tokens = ManagementToken.ReadAll(reader);
            return reader.Problems.Count == 0 ? tokens : null;
        }
        catch (SettingsException)
        {
            return null;
        }
    }
}
