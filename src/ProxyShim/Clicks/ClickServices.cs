using ProxyShim.Clicks.Import;
using ProxyShim.Redis.Health;

namespace ProxyShim.Clicks;

/// <summary>Finds the click that brought a customer.</summary>
internal static class ClickServices
{
    public static IServiceCollection AddClicks(this IServiceCollection services, ClickSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<ClickStore>()
        .AddSingleton<ClickWriter>()
        .AddSingleton<ClickImport>()
        .AddSingleton<IRedisCheck, ClickCheck>();
}
