using ProxyShim.Lifetime;
using ProxyShim.Limits;
using ProxyShim.Telemetry.Health;

namespace ProxyShim.Management;

/// <summary>Whether the shim lives, and whether it can serve. Trouble elsewhere is told, and makes neither of them fail.</summary>
internal static class HealthEndpoints
{
    public const string Live = "/healthz/live";
    public const string Ready = "/healthz/ready";

    public static void MapHealth(this IEndpointRouteBuilder endpoints, Readiness readiness, Degradations degradations, ListenerProbe listener)
    {
        // It takes connections: that is all there is to it. A peer that is down is no reason to be restarted.
        endpoints.MapGet(Live, async context => await (!readiness.IsReady || await listener.IsListeningAsync(context.RequestAborted)
            ? WriteAsync(context, StatusCodes.Status200OK, new HealthAnswer("live", null))
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new HealthAnswer("not_listening", null))));
        endpoints.MapGet(Ready, context => WriteAsync(
            context,
            readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            new HealthAnswer(readiness.State, [.. degradations.Current.Select(DegradedAnswer.Of)])));
    }

    private static Task WriteAsync(HttpContext context, int status, HealthAnswer answer)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(answer, HealthJson.Default.HealthAnswer, cancellationToken: context.RequestAborted);
    }
}
