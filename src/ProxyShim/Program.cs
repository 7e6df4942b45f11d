using ProxyShim.Background;
using ProxyShim.Background.Verification;
using ProxyShim.Clicks;
using ProxyShim.Conversions;
using ProxyShim.Creation;
using ProxyShim.CustomerApi;
using ProxyShim.FollowUps;
using ProxyShim.Hosting;
using ProxyShim.Hosting.Commands;
using ProxyShim.Http;
using ProxyShim.Ledger;
using ProxyShim.Lifetime;
using ProxyShim.Management;
using ProxyShim.Passthrough;
using ProxyShim.Redis;
using ProxyShim.Telemetry;

return await CommandLine.RunAsync(args, ServeAsync);

static async Task<int> ServeAsync(string[] arguments)
{
    var configuration = ShimConfiguration.Read(arguments);
    var settings = ShimSettings.Read(configuration);
    var builder = ShimHost.CreateBuilder(configuration, settings);
    builder.Services
        .AddTelemetry(settings)
        .AddCustomerApi(settings)
        .AddRedis(settings)
        .AddClicks(settings)
        .AddLedger(settings)
        .AddConversions(settings)
        .AddPassthrough(settings)
        .AddVerification(settings)
        .AddDelivery(settings)
        .AddManagement(settings);

    await using var app = builder.Build();

    // What a legacy request meets, from the outside in.
    app.UseStage<Drain>();              // while the shim stops, each answer ends its connection
    app.UseStage<RequestLogging>();     // one wide event, whatever becomes of it
    app.UseStage<BadRequests>();        // what is no HTTP that could be passed on
    app.UseStage<CustomerCreation>();   // a new customer becomes a conversion
    app.UseStage<FollowUpFilter>();          // until PartnerStack shows the customer, the ledger stands in
    app.UsePassthrough();               // everything else, byte for byte
    return await ShimHost.RunAsync(app);
}
