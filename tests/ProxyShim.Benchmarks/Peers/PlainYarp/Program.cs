// YARP as its documentation sets it up, one catch-all route, and no log below Warning: the baseline of the passthrough.
// Settings: Urls, and CustomerApi__Address.
using Yarp.ReverseProxy.Configuration;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddReverseProxy().LoadFromMemory(
    [new RouteConfig { RouteId = "all", ClusterId = "customer-api", Match = new RouteMatch { Path = "{**all}" } }],
    [
        new ClusterConfig
        {
            ClusterId = "customer-api",
            Destinations = new Dictionary<string, DestinationConfig>
            {
                ["only"] = new() { Address = builder.Configuration["CustomerApi:Address"] ?? throw new InvalidOperationException("CustomerApi__Address is not set") },
            },
        },
    ]);
var app = builder.Build();
app.MapReverseProxy();
app.Run();
