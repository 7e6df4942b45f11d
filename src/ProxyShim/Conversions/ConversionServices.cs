using ProxyShim.Hosting;
using ProxyShim.Http;

namespace ProxyShim.Conversions;

/// <summary>Composes a conversion and sends it.</summary>
internal static class ConversionServices
{
    public static IServiceCollection AddConversions(this IServiceCollection services, ShimSettings settings) => services
        .AddHttpForwarder()
        .AddSingleton(settings.ConversionApi)
        .AddSingleton(new OutboundClients(settings.Outbound))
        .AddSingleton<ConversionForwarder>()
        .AddSingleton<ConversionPipeline>()
        .AddSingleton<ConversionSender>();
}
