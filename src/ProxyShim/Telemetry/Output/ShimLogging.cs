using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace ProxyShim.Telemetry.Output;

/// <summary>The log: Serilog, compact JSON on standard output, written in the background.</summary>
internal static class ShimLogging
{
    public static IServiceCollection AddShimLogging(this IServiceCollection services)
    {
        var lines = new BackgroundLineWriter(new DescriptorOutput(DescriptorOutput.StandardOutput), TimeProvider.System);
        var recent = new RecentLines();
        var logger = CreateLogger(lines, recent);
        return services.AddSerilog(logger, dispose: true)
            .AddSingleton(lines)
            .AddSingleton(recent)
            .AddSingleton(provider => new EventLog(logger, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CustomerRef>()));
    }

    /// <summary>Framework chatter stays at Warning. Disposing the logger disposes the output.</summary>
    public static Logger CreateLogger(ILineOutput output, RecentLines? recent = null) => new LoggerConfiguration()
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("System", LogEventLevel.Warning)
        .MinimumLevel.Override("Yarp", LogEventLevel.Warning)

        // It logs nothing above Information, and while that is enabled it opens a scope and starts an activity for each request
        // (https://github.com/dotnet/aspnetcore/blob/main/src/Hosting/Hosting/src/Internal/HostingApplicationDiagnostics.cs).
        .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LevelAlias.Off)
        .WriteTo.Sink(new LineSink(output, recent))
        .CreateLogger();
}
