using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProxyShim.Http;
using ProxyShim.Limits.Turns;

namespace ProxyShim.Limits;

/// <summary>What the legacy listener takes at once, and in which turns.</summary>
internal static class LimitServices
{
    public static IServiceCollection AddLimits(this IServiceCollection services, LimitSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<ListenerProbe>()
        .AddSingleton<ConnectionGate>()
        .AddSingleton<RequestLimits>()
        .AddSingleton<BulkTurns>()
        .AddSingleton<IMemoryPoolFactory<byte>, BlockPool>()
        .AddHostedService<CapacityWatch>();

    /// <summary>Of requests; it knows the caller.</summary>
    public static IApplicationBuilder UseRequestLimits(this IApplicationBuilder app) => app.UseSingleton<RequestLimits>();

    /// <summary>Connection middleware of a legacy end point.</summary>
    public static void UseLimits(this ListenOptions endPoint)
    {
        var services = endPoint.ApplicationServices;
        services.GetRequiredService<ListenerProbe>().Watch(endPoint);
        endPoint.Use(services.GetRequiredService<ConnectionGate>().Use);
        endPoint.Use(next => TurnTakingTransport.Use(next, services.GetRequiredService<BulkTurns>()));
    }
}
