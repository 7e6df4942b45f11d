using ProxyShim.Background.Delivery;
using ProxyShim.Background.Holding;
using ProxyShim.Background.Playing;
using ProxyShim.Background.Verification;

namespace ProxyShim.Background;

/// <summary>Delivers what is due, looks for clicks that come late, reads back what was sent and plays the calls that were kept, without a caller who waits.</summary>
internal static class BackgroundServices
{
    public static IServiceCollection AddBackground(this IServiceCollection services, VerificationSettings verification, HoldingSettings holding) => services
        .AddSingleton(verification)
        .AddSingleton(holding)
        .AddSingleton<KeyPairWatch>()
        .AddSingleton<ResendGuard>()
        .AddSingleton<VerificationRunner>()
        .AddSingleton<RedisClocks>()
        .AddSingleton<JobTaking>()
        .AddSingleton<LedgerSurvey>()
        .AddSingleton<LedgerSnapshot>()
        .AddSingleton<DeliveryRunner>()
        .AddSingleton<CallPlayer>()
        .AddSingleton<KeptCallRunner>()
        .AddSingleton<HandOver>()
        .AddSingleton<HeldRunner>()
        .AddHostedService<LedgerWorker>();
}
