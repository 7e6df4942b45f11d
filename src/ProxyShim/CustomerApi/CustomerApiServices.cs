using ProxyShim.Creation;
using ProxyShim.Hosting;

namespace ProxyShim.CustomerApi;

/// <summary>Knows the caller, reads the request, leads it through the flow, and answers.</summary>
internal static class CustomerApiServices
{
    public static IServiceCollection AddCustomerApi(this IServiceCollection services, ShimSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton(settings.CustomerApi)
        .AddSingleton<Callers>()
        .AddSingleton<BadRequests>()
        .AddSingleton<CustomerCreation>()
        .AddSingleton<CreationFlow>()
        .AddSingleton<KnownCustomer>()
        .AddSingleton<CustomerAnswers>();
}
