using ProxyShim.Http;

namespace ProxyShim.Creation;

/// <summary>A new customer becomes a conversion.</summary>
internal static class CreationServices
{
    public static IServiceCollection AddCreation(this IServiceCollection services, ConversionSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<CustomerCreation>()
        .AddSingleton<CreationFlow>()
        .AddSingleton<ClaimSending>()
        .AddSingleton<ClickJudge>()
        .AddSingleton<Shadow>()
        .AddSingleton<Claims>()
        .AddSingleton<CreationHolder>()
        .AddSingleton<DuplicateRequests>()
        .AddSingleton<CustomerAnswers>();

    public static IApplicationBuilder UseCreation(this IApplicationBuilder app) => app.UseSingleton<CustomerCreation>();
}
