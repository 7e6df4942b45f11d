using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Management.Admin;

/// <summary>The admin API on the management listener: bearer token, JSON, no personal data.</summary>
internal sealed class AdminEndpoints(AdminTokens tokens, WrongTokens wrong, ShimMetrics metrics, IEnumerable<IAdminEndpoints> parts)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        var routes = new AdminRoutes(endpoints, tokens, wrong, metrics);
        foreach (var part in parts)
        {
            part.Map(routes);
        }
    }
}
