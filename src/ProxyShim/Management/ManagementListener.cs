using ProxyShim.Lifetime;
using ProxyShim.Limits;
using ProxyShim.Management.Admin;
using ProxyShim.Management.ConsolePage;
using ProxyShim.Management.Scraping;
using ProxyShim.Telemetry.Health;

namespace ProxyShim.Management;

/// <summary>Serves the management surface on a listener of its own, so that nothing of it can ever be reached through the legacy one.</summary>
internal sealed class ManagementListener(
    ManagementSettings settings, Readiness readiness, Degradations degradations, MetricsScrape metrics, AdminEndpoints admin, ListenerProbe listener)
    : IHostedService, IAsyncDisposable
{
    private readonly WebApplication _app = Build(settings, readiness, degradations, metrics, admin, listener);

    public Task StartAsync(CancellationToken cancellationToken) => StartException.GuardAsync(() => _app.StartAsync(cancellationToken), settings.Url.ToString());

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build(
        ManagementSettings settings, Readiness readiness, Degradations degradations, MetricsScrape metrics, AdminEndpoints admin, ListenerProbe listener)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(settings.Url.ToString());
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.Use(static (context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
        app.Use(settings.Hosts.GuardAsync);
        app.MapHealth(readiness, degradations, listener);
        app.MapMetrics(metrics);
        admin.Map(app);
        app.MapConsole(isAdminOn: settings.Tokens.Count > 0);
        return app;
    }
}
