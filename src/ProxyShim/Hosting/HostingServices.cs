using ProxyShim.SwitchOver;
using ProxyShim.Telemetry;

namespace ProxyShim.Hosting;

/// <summary>What the host does beside serving.</summary>
internal static class HostingServices
{
    /// <param name="arguments">The command line: one of the sources of the settings.</param>
    public static IServiceCollection AddSettingsWatch(this IServiceCollection services, ShimSettings settings, string[] arguments) => services.AddHostedService(provider =>
        new SettingsWatch(
            settings, SettingsFiles.Fingerprint, () => ShimSettings.Read(ShimConfiguration.Read(arguments)), provider.GetRequiredService<RolloutControl>(),
            provider.GetRequiredService<EventLog>(), provider.GetRequiredService<TimeProvider>()));
}
