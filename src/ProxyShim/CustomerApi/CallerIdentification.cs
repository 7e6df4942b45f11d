using ProxyShim.Telemetry;

namespace ProxyShim.CustomerApi;

/// <summary>Notes who calls: only a caller who may convert causes a conversion, learns something from the ledger, or changes it.</summary>
internal sealed class CallerIdentification(Callers callers) : IMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        RequestRecord.Of(context).Caller = callers.Identify(context.Request.Headers.Authorization);
        return next(context);
    }
}
