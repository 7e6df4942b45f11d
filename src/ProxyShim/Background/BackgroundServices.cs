using ProxyShim.Background.Delivery;
using ProxyShim.Background.Verification;

namespace ProxyShim.Background;

/// <summary>Delivers what is due and reads back what was sent, without a caller who waits.</summary>
internal static class BackgroundServices
{
    public static IServiceCollection AddBackground(this IServiceCollection services, VerificationSettings verification) => services
        .AddSingleton(verification)
        .AddSingleton<CustomerReader>()
        .AddSingleton<ReadBackBrake>()
        .AddSingleton<VerificationRunner>()
        .AddSingleton<PartitionScan>()
        .AddSingleton<LedgerGauges>()
        .AddSingleton<DeliveryRunner>()
        .AddHostedService<LedgerWorker>();
}
