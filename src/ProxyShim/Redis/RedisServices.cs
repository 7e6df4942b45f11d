using ProxyShim.Hosting;

namespace ProxyShim.Redis;

/// <summary>The one way to Redis.</summary>
internal static class RedisServices
{
    public static IServiceCollection AddRedis(this IServiceCollection services, ShimSettings settings) => services
        .AddSingleton(provider => new RedisGate(settings.Redis, provider.GetRequiredService<TimeProvider>()));
}
