using ProxyShim.Background;
using ProxyShim.Capture;
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
using ProxyShim.Limits;
using ProxyShim.Management;
using ProxyShim.Passthrough;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.Settlement;
using ProxyShim.SwitchOver;
using ProxyShim.Telemetry;

return await CommandLine.RunAsync(args, ServeAsync);

static async Task<int> ServeAsync(string[] arguments)
{
    var configuration = ShimConfiguration.Read(arguments);
    var settings = ShimSettings.Read(configuration);
    var builder = ShimHost.CreateBuilder(configuration, settings);
    builder.Services
        .AddTelemetry(settings.Privacy, settings.Otlp)
        .AddRollout(settings.Rollout)
        .AddOutbound(settings.Outbound)
        .AddCustomerApi(settings.CustomerApi)
        .AddLimits(settings.Limits)
        .AddRedis(settings.Redis)
        .AddClicks(settings.Clicks)
        .AddCapture(settings.Capture)
        .AddLedger(settings.Ledger)
        .AddSwitchOver(settings.Rollout, settings.RolloutBounds)
        .AddConversions(settings.ConversionApi)
        .AddSettlement(settings.Delivery)
        .AddCreation(settings.Conversions)
        .AddFollowUps(settings.FollowUps)
        .AddPassthrough(settings.CustomerApi, settings.Outbound)
        .AddBackground(settings.Verification, settings.Holding)
        .AddManagement(settings.Management, () => ShimConfiguration.Read(arguments))
        .AddSettingsWatch(settings, arguments)
        .AddAnsweredCalls();

    await using var app = builder.Build();

    // What a legacy request meets, from the outside in.
    app.UseDrain();             // while the shim stops, each answer ends its connection
    app.UseRequestLogging();    // one wide event, whatever becomes of it
    app.UseBadRequests();       // what is no HTTP that could be passed on
    app.UseCallers();           // who calls, and may it convert?
    app.UseRequestLimits();     // who is more than it can take is told to come again
    app.UseCreation();          // a new customer becomes a conversion
    app.UseFollowUps();         // until PartnerStack shows the customer, the ledger stands in
    app.UsePassthrough();       // everything else, byte for byte
    return await ShimHost.RunAsync(app);
}
