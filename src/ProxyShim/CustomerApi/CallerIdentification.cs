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

    // Two lines: many servers use one of them, but joined by a comma, as they would be sent on (https://www.rfc-editor.org/rfc/rfc9110#section-5.3), they are
    // no credentials.
    private static void JoinCredentials(IHeaderDictionary headers)
    {
        if (headers.Authorization is [{ } first, _, ..] said && said.Distinct(StringComparer.Ordinal).Count() == 1)
        {
            headers.Authorization = first;
        }
    }
}
