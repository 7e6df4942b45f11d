using ProxyShim.Http;

namespace ProxyShim.Lifetime;

/// <summary>The start and the end of the program.</summary>
internal static class LifetimeServices
{
    /// <summary>
    /// To be called before any other service that starts: the host stops the first one last
    /// (https://github.com/dotnet/runtime/blob/main/src/libraries/Microsoft.Extensions.Hosting/src/Internal/Host.cs), and by then no worker takes jobs.
    /// </summary>
    /// <param name="shutdownTimeout">From SIGTERM to the end.</param>
    public static IServiceCollection AddLifetime(this IServiceCollection services, TimeSpan shutdownTimeout) => services
        .Configure<HostOptions>(host => host.ShutdownTimeout = shutdownTimeout)
        .AddSingleton<FatalExit>()
        .AddSingleton<Readiness>()
        .AddSingleton<Drain>()
        .AddHostedService(provider => provider.GetRequiredService<Drain>());

    public static IApplicationBuilder UseDrain(this IApplicationBuilder app) => app.UseSingleton<Drain>();
}
