using ProxyShim.Hosting;
using ProxyShim.Settlement;

namespace ProxyShim.Ledger;

/// <summary>Remembers each customer, and settles what becomes of each conversion.</summary>
internal static class LedgerServices
{
    public static IServiceCollection AddLedger(this IServiceCollection services, ShimSettings settings) => services
        .AddSingleton(settings.Delivery)
        .AddSingleton(LedgerSettings.From(settings))
        .AddSingleton<ConversionLedger>()
        .AddSingleton(new Backoff(settings.Delivery, Random.Shared.NextDouble))
        .AddSingleton<Settler>()
        .AddHostedService<LedgerStart>()

        // Stops after everything that reports to it: the host stops its services in reverse.
        .AddSingleton<SettlementBacklog>()
        .AddHostedService(provider => provider.GetRequiredService<SettlementBacklog>());
}
