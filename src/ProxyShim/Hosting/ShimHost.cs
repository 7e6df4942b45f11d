using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProxyShim.CustomerApi;
using ProxyShim.Lifetime;
using ProxyShim.Limits;
using ProxyShim.Limits.Turns;
using ProxyShim.Settings;
using ProxyShim.Telemetry;

namespace ProxyShim.Hosting;

/// <summary>The web host around the stages: the legacy listener, the start and the end.</summary>
internal static class ShimHost
{
    // What a connection's bytes may take up while they are not read: as long as a request's headers may be, and no more.
    private const int RequestBuffer = 128 * 1024;

    // What a connection receives ahead of who reads it. Small beside a turn of BulkTurns, which says why; headers may be longer, since they are looked at as they come.
    private const int ReadBuffer = 16 * 1024;

    // sysexits.h (https://man.freebsd.org/cgi/man.cgi?sysexits(3)): EX_SOFTWARE.
    private const int SoftwareError = 70;

    public static WebApplicationBuilder CreateBuilder(IConfiguration configuration, ShimSettings settings)
    {
        MemoryEnd.Watch();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddConfiguration(configuration);
        RunOnSocketThreads(builder);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            // Kestrel's standard configuration: certificates, and endpoints that take the place of Urls
            // (https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/endpoints).
            kestrel.Configure(configuration.GetSection("Kestrel"));
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                endpoint.UseLimits();
                endpoint.Use(BareAnswers.Use);
            });

            // The Customer API sets the limits; what it would take is not refused here. (AWS's load balancers take a line of 16 KB and 64 KB of headers:
            // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html)
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestBufferSize = RequestBuffer;
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 1000;

            // A slow body is legitimate. Whatever reads one has its own time-out (RequestBody.ReadTimeout, YARP's ActivityTimeout).
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        builder.WebHost.UseUrls([.. settings.Urls.Select(url => url.ToString())]);
        builder.Services.AddRoutingCore().AddSingleton(settings).AddLifetime(settings.ShutdownTimeout);
        builder.Services.AddHostedService<StartReport>();
        return builder;
    }

    /// <summary>Serves until it is told to stop.</summary>
    /// <returns>0; 70 when something has failed within.</returns>
    /// <exception cref="SettingsException">It must not go on.</exception>
    /// <exception cref="StartException">It cannot start.</exception>
    public static async Task<int> RunAsync(WebApplication app)
    {
        var exit = app.Services.GetRequiredService<FatalExit>();
        foreach (var warning in app.Services.GetRequiredService<ShimSettings>().Warnings)
        {
            LogEvents.SettingWarning(app.Services.GetRequiredService<EventLog>(), warning);
        }

        try
        {
            await StartException.GuardAsync(() => app.StartAsync(), Addresses(app));

            // What only the start needed: a sidecar that idles holds it for as long as it lives.
            CapacityWatch.GiveBack();
            await app.WaitForShutdownAsync();
        }
        catch (OperationCanceledException) when (exit.Reason is not null || BackgroundFailure.Of(app.Services) is not null)
        {
            // Stopped while it was still starting.
        }
        catch (StartException)
        {
            // What has been started already shall not take its end for a failure.
            app.Lifetime.StopApplication();
            throw;
        }

        if (BackgroundFailure.Of(app.Services) is { } failure)
        {
            await Console.Error.WriteLineAsync($"The shim ends: {failure}.");
            return SoftwareError;
        }

        return exit.Reason is { } reason ? throw new SettingsException([reason]) : 0;
    }

    // Kestrel's own endpoints take the place of Urls.
    private static string Addresses(WebApplication app) => app.Configuration.GetSection("Kestrel:Endpoints").Exists()
        ? "an address of Kestrel:Endpoints"
        : string.Join(", ", app.Services.GetRequiredService<ShimSettings>().Urls);

    /// <summary>
    /// Code goes on where its bytes arrived, on the socket's thread
    /// (https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.server.kestrel.transport.sockets.sockettransportoptions). That spares a hand-over to the
    /// thread pool and back at each of a conversion's dozen
    /// hops, which cost more than what is done there; and nothing here may block, nor go on without end (<see cref="BulkTurns"/>): <c>load --sections slow,bulk</c>
    /// of the benchmarks is there to show it.
    /// </summary>
    private static void RunOnSocketThreads(WebApplicationBuilder builder)
    {
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.MaxReadBufferSize = ReadBuffer;

            // A connection that is idle holds 4 KB, and a request is received at the first try.
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        });

        // Read once by System.Net.Sockets, from the environment only
        // (https://github.com/dotnet/runtime/blob/main/src/libraries/System.Net.Sockets/src/System/Net/Sockets/SocketAsyncEngine.Unix.cs). An operator's own
        // word counts.
        const string inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
        Environment.SetEnvironmentVariable(inline, Environment.GetEnvironmentVariable(inline) ?? "1");
    }
}
