namespace ProxyShim.Http;

/// <summary>The HTTP clients of everything that the shim calls.</summary>
internal static class HttpServices
{
    public static IServiceCollection AddOutbound(this IServiceCollection services, OutboundSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<OutboundClients>();
}
