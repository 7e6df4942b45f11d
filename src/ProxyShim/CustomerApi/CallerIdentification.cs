using ProxyShim.Telemetry;

namespace ProxyShim.CustomerApi;

/// <summary>Notes who calls: only a caller who may convert causes a conversion, learns something from the ledger, or changes it.</summary>
internal sealed class CallerIdentification(Callers callers) : IMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        JoinCredentials(context.Request.Headers);
        RequestRecord.Of(context).Caller = callers.Identify(context.Request.Headers.Authorization);
        return next(context);
    }

    // Said twice it is one to many servers; joined by a comma, as they would be sent on, it is none to any.
    private static void JoinCredentials(IHeaderDictionary headers)
    {
        if (headers.Authorization is [{ } first, _, ..] said && said.All(value => value == first))
        {
            headers.Authorization = first;
        }
    }
}
