namespace ProxyShim.Management.Scraping;

/// <summary>What Prometheus scrapes.</summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void MapMetrics(this IEndpointRouteBuilder endpoints, MetricsScrape metrics) => endpoints.MapGet(Path, context =>
    {
        context.Response.ContentType = MetricsScrape.ContentType;
        return context.Response.WriteAsync(metrics.Read(), context.RequestAborted);
    });
}
