using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProxyShim.Clicks;
using ProxyShim.Lifetime;
using ProxyShim.Limits;

namespace ProxyShim.Capture;

/// <summary>The clicks' own listener, for browsers and back-ends: nothing of the other two can be reached through it, and nothing of it through them.</summary>
internal sealed class CaptureListener(CaptureSettings settings, ClickReports reports, ConnectionGate connections, IMemoryPoolFactory<byte> blocks)
    : IHostedService, IAsyncDisposable
{
    // A visitor reports once; a connection that waits for more keeps another visitor out.
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app = Build(settings, reports, connections, blocks);

    /// <summary>Where it listens, once it does.</summary>
    public Uri Address => new(_app.Urls.Single());

    public Task StartAsync(CancellationToken cancellationToken) => StartException.GuardAsync(() => _app.StartAsync(cancellationToken), settings.Url.ToString());

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build(CaptureSettings settings, ClickReports reports, ConnectionGate connections, IMemoryPoolFactory<byte> blocks)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(settings.Url.ToString()).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.KeepAliveTimeout = s_idle;
            kestrel.Limits.RequestHeadersTimeout = s_idle;

            // The length of a body is judged with words; what waits to be read is no longer than that.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestBufferSize = ClickForm.MaxLength;
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                endpoint.Use(connections.UseForVisitors);
            });
        });
        builder.Services.AddRoutingCore().AddSingleton(blocks);
        var app = builder.Build();
        app.Use(next => context => connections.ServeVisitorAsync(context, next));
        app.Use(static (context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods(CaptureScript.Path, reading, CaptureScript.WriteAsync);
        app.MapMethods(CaptureScript.VersionedPath, reading, CaptureScript.WriteAsync);
        app.MapMethods(ClickReports.Path, [HttpMethods.Post], reports.TakeAsync);
        app.MapMethods(ClickReports.Path, [HttpMethods.Options], reports.PreflightAsync);
        return app;
    }
}
