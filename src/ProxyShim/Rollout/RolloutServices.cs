namespace ProxyShim.Rollout;

/// <summary>Whether new customers are converted.</summary>
internal static class RolloutServices
{
    public static IServiceCollection AddRollout(this IServiceCollection services, RolloutPlan plan) => services.AddSingleton(new RolloutState(plan));
}
