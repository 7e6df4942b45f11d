using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.Telemetry;

namespace ProxyShim.SwitchOver;

/// <summary>How the rollout changes while the shim runs.</summary>
internal static class SwitchOverServices
{
    public static IServiceCollection AddSwitchOver(this IServiceCollection services, RolloutPlan plan, RolloutBounds bounds) => services
        .AddSingleton<RolloutStore>()
        .AddSingleton(provider => new RolloutControl(
            plan, bounds, provider.GetRequiredService<RolloutStore>(), provider.GetRequiredService<RedisGate>(), provider.GetRequiredService<RolloutState>(),
            provider.GetRequiredService<EventLog>()))
        .AddHostedService<RolloutWatch>();
}
