using ProxyShim.Ledger.Held;
using ProxyShim.Ledger.Kept;
using ProxyShim.Redis.Health;

namespace ProxyShim.Ledger;

/// <summary>Remembers each customer for ever, and each conversion until it is proved.</summary>
internal static class LedgerServices
{
    public static IServiceCollection AddLedger(this IServiceCollection services, LedgerSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<ConversionLedger>()
        .AddSingleton<KeptCalls>()
        .AddSingleton<HeldCreations>()
        .AddSingleton<IRedisCheck, LedgerCheck>()
        .AddHostedService<LedgerStartupCheck>();
}
