using ProxyShim.Hosting;

namespace ProxyShim.Background.Verification;

/// <summary>Reads back what was sent.</summary>
internal static class VerificationServices
{
    public static IServiceCollection AddVerification(this IServiceCollection services, ShimSettings settings) => services
        .AddSingleton(settings.Verification)
        .AddSingleton<CustomerReader>()
        .AddSingleton<ReadBackBrake>()
        .AddSingleton<VerificationRunner>();
}
