namespace ProxyShim.Settlement;

/// <summary>What an answer of the Conversion API does to the ledger.</summary>
internal static class SettlementServices
{
    public static IServiceCollection AddSettlement(this IServiceCollection services, DeliverySettings settings) => services
        .AddSingleton(settings)
        .AddSingleton(new Backoff(settings, Random.Shared.NextDouble))
        .AddSingleton<RecentNames>()
        .AddSingleton<ConversionEvents>()
        .AddSingleton<KeptCallEvents>()
        .AddSingleton<Settler>()

        // Stops after everything that reports to it: the host stops its services in reverse order
        // (https://github.com/dotnet/runtime/blob/main/src/libraries/Microsoft.Extensions.Hosting/src/Internal/Host.cs).
        .AddSingleton<SettlementBacklog>()
        .AddHostedService(provider => provider.GetRequiredService<SettlementBacklog>());
}
