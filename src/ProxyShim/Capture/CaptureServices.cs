namespace ProxyShim.Capture;

/// <summary>Clicks get in from landing pages and back-ends, on a listener of their own.</summary>
internal static class CaptureServices
{
    /// <param name="settings">Null when it is off.</param>
    public static IServiceCollection AddCapture(this IServiceCollection services, CaptureSettings? settings) => settings is null ? services : services
        .AddSingleton(settings)
        .AddSingleton<ClickRefusals>()
        .AddSingleton<ClickReports>()
        .AddSingleton<CaptureWatch>()
        .AddHostedService(services => services.GetRequiredService<CaptureWatch>())
        .AddHostedService<CaptureListener>();
}
