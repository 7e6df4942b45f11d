using ProxyShim.Background.Delivery;
using ProxyShim.Hosting;

namespace ProxyShim.Background;

/// <summary>Does in the background what is due.</summary>
internal static class DeliveryServices
{
    public static IServiceCollection AddDelivery(this IServiceCollection services, ShimSettings settings) => services
        .AddSingleton<PartitionScan>()
        .AddSingleton<LedgerGauges>()
        .AddSingleton<DeliveryRunner>()
        .AddHostedService<LedgerWorker>();
}
