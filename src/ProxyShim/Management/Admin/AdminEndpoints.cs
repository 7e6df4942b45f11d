using ProxyShim.SwitchOver;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Output;

namespace ProxyShim.Management.Admin;

/// <summary>The admin API on the management listener: bearer token, JSON, no personal data.</summary>
internal sealed class AdminEndpoints(
    AdminTokens tokens, WrongTokens wrong, ShimMetrics metrics, DeadLetters letters, DeadCalls calls, CustomerLookup customers, OverviewReader overview,
    RecentLines events, ClickSearch clicks, ClickChanges clickChanges, RolloutControl rollout)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        var routes = new AdminRoutes(endpoints, tokens, wrong, metrics);
        OverviewEndpoints.Map(routes, overview, events);
        DeadLetterEndpoints.Map(routes, letters, calls);
        CustomerEndpoints.Map(routes, customers);
        ClickEndpoints.Map(routes, clicks, clickChanges);
        RolloutEndpoints.Map(routes, rollout);
    }
}
