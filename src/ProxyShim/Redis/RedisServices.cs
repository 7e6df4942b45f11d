namespace ProxyShim.Redis;

/// <summary>The one way to Redis.</summary>
internal static class RedisServices
{
    public static IServiceCollection AddRedis(this IServiceCollection services, RedisSettings settings) => services
        .AddSingleton(provider => new RedisGate(settings, provider.GetRequiredService<TimeProvider>()));
}
