using System.Buffers;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Net.Http.Headers;
using ProxyShim.Http;
using ProxyShim.Telemetry;

namespace ProxyShim.CustomerApi;

/// <summary>Refuses what is no HTTP that could be passed on, in the Customer API's envelope, and ends its connection: what comes next on it may be anything.</summary>
internal sealed class BadRequests(TimeProvider time) : IMiddleware
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    // A 405 names what is allowed (https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6).
    private const string Methods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

    private static readonly SearchValues<char> s_controls = SearchValues.Create([.. Enumerable.Range(0, ' ' + 1).Select(static code => (char)code), '\u007f']);

    private static readonly (Func<HttpRequest, string, bool> IsSo, int Status, string Message)[] s_rules =
    [
        (static (request, _) => HttpMethods.IsConnect(request.Method), StatusCodes.Status405MethodNotAllowed, "This is no tunnel."),

        // A server that is lenient with line ends could read more than one target out of it (https://www.rfc-editor.org/rfc/rfc9112#section-2.2).
        (static (_, target) => target.AsSpan().ContainsAny(s_controls), StatusCodes.Status400BadRequest, "The request's target holds a control character."),

        // What is not understood is a 501 (https://www.rfc-editor.org/rfc/rfc9112#section-6.1). Kestrel only decodes a final chunked
        // (https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/Http1MessageBody.cs): the body would be passed on with the
        // other codings, and without their header.
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
                // Kestrel would look for the next request where reading this one's body stopped, and warn that the reading goes on (measured: HangUpTests).
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }
        }
    }

    /// <summary>Refuses a request whose body is broken, or has not come.</summary>
    public static async Task RefuseBodyAsync(HttpContext context, int status, TimeProvider time)
    {
        // Kestrel reports on another thread, a moment later, whether the body broke off because the caller has gone (measured: HangUpTests).
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
