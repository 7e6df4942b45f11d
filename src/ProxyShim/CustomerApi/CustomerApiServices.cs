using ProxyShim.Http;

namespace ProxyShim.CustomerApi;

/// <summary>The Customer API's contract: who calls it, what is asked, how it is answered.</summary>
internal static class CustomerApiServices
{
    public static IServiceCollection AddCustomerApi(this IServiceCollection services, CustomerApiSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<Callers>()
        .AddSingleton<CustomerApiReach>()
        .AddSingleton<CustomerReader>()
        .AddSingleton<BadRequests>()
        .AddSingleton<CallerIdentification>();

    public static IApplicationBuilder UseBadRequests(this IApplicationBuilder app) => app.UseSingleton<BadRequests>();

    /// <summary>From here on the request's record says who calls.</summary>
    public static IApplicationBuilder UseCallers(this IApplicationBuilder app) => app.UseSingleton<CallerIdentification>();
}
