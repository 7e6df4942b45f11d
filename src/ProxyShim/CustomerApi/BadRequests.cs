using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Net.Http.Headers;
using ProxyShim.Http;
using ProxyShim.Telemetry;

namespace ProxyShim.CustomerApi;

/// <summary>Refuses what is no HTTP that could be passed on, in the Customer API's envelope, and ends its connection: what comes next on it may be anything.</summary>
internal sealed class BadRequests(TimeProvider time) : IMiddleware
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    // RFC 9110, section 15.5.6: a 405 names what is allowed.
    private const string Methods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

    private static readonly (Func<HttpRequest, string, bool> IsSo, int Status, string Message)[] s_rules =
    [
        (static (request, _) => HttpMethods.IsConnect(request.Method), StatusCodes.Status405MethodNotAllowed, "This is no tunnel."),

        // RFC 9112, section 2.2: a server that is lenient with line ends could read more out of it than one target.
        (static (_, target) => target.AsSpan().ContainsAnyInRange('\0', ' ') || target.Contains('\u007f', StringComparison.Ordinal),
            StatusCodes.Status400BadRequest, "The request's target holds a control character."),

        // RFC 9112, section 6.1. Kestrel undoes the last coding, and would have the others passed on as if they had not been.
        (static (request, _) => request.Headers.TransferEncoding is { Count: > 0 } coding && !coding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase),
            StatusCodes.Status501NotImplemented, "The only transfer coding that is understood is chunked."),
    ];

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var target = RequestRecord.Of(context).Target;
        foreach (var (isSo, status, message) in s_rules)
        {
            if (isSo(context.Request, target))
            {
                await RefuseAsync(context, status, message);
                return;
            }
        }

        try
        {
            await next(context);
        }
        catch (BadHttpRequestException broken) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await RefuseBodyAsync(context, broken.StatusCode, time);
        }
        finally
        {
            if (context.RequestAborted.IsCancellationRequested)
            {
                // Kestrel would look for another request where the reading of this one's body has stopped, and warn that it is still going on.
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }
        }
    }

    /// <summary>Refuses a request whose body is broken, or has not come.</summary>
    public static async Task RefuseBodyAsync(HttpContext context, int status, TimeProvider time)
    {
        // Whether it broke off because its caller has gone Kestrel says a moment later, on another thread.
        await Task.Delay(s_moment, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, status, "The request's body is broken, or did not come.");
        }
    }

    private static async Task RefuseAsync(HttpContext context, int status, string message)
    {
        (RequestRecord.Of(context).Outcome, RequestRecord.Of(context).Reason) = (Outcome.Rejected, Reasons.BadRequest);
        context.Response.Headers.Connection = "close";
        if (status == StatusCodes.Status405MethodNotAllowed)
        {
            context.Response.Headers[HeaderNames.Allow] = Methods;
        }

        await ShimAnswer.WriteErrorAsync(context, status, message);
    }
}
