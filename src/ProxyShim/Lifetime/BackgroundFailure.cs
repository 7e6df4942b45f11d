namespace ProxyShim.Lifetime;

/// <summary>
/// What has become of the background services: one that fails stops the host, which by itself would end as if it had been asked to
/// (https://learn.microsoft.com/dotnet/api/microsoft.extensions.hosting.backgroundserviceexceptionbehavior).
/// </summary>
internal static class BackgroundFailure
{
    /// <summary>Which of them has failed, and of what; null when none has.</summary>
    public static string? Of(IServiceProvider services) => services.GetServices<IHostedService>().OfType<BackgroundService>()
        .Where(service => service.ExecuteTask?.Exception is not null)
        .Select(service => $"{service.GetType().Name} has failed: {service.ExecuteTask!.Exception!.GetBaseException().GetType().Name}")
        .FirstOrDefault();
}
