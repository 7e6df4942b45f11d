using ProxyShim.Http;

namespace ProxyShim.FollowUps;

/// <summary>Until PartnerStack shows a customer, the ledger stands in.</summary>
internal static class FollowUpServices
{
    public static IServiceCollection AddFollowUps(this IServiceCollection services, FollowUpSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<CallKeeper>()
        .AddSingleton<Deletions>()
        .AddSingleton<FollowUpFilter>();

    public static IApplicationBuilder UseFollowUps(this IApplicationBuilder app) => app.UseSingleton<FollowUpFilter>();
}
