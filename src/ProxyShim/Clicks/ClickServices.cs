using ProxyShim.Hosting;

namespace ProxyShim.Clicks;

/// <summary>Finds the click that brought a customer.</summary>
internal static class ClickServices
{
    public static IServiceCollection AddClicks(this IServiceCollection services, ShimSettings settings) => services
        .AddSingleton(settings.Clicks)
        .AddSingleton<ClickStore>();
}
