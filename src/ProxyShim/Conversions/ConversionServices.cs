namespace ProxyShim.Conversions;

/// <summary>Composes a conversion and sends it.</summary>
internal static class ConversionServices
{
    public static IServiceCollection AddConversions(this IServiceCollection services, ConversionApiSettings settings) => services
        .AddHttpForwarder()
        .AddSingleton(settings)
        .AddSingleton<ConversionForwarder>()
        .AddSingleton<ConversionPipeline>()
        .AddSingleton<ConversionSender>();
}
