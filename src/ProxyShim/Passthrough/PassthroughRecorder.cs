using Microsoft.AspNetCore.Http.Features;
using ProxyShim.CustomerApi;
using ProxyShim.Http;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyShim.Passthrough;

/// <summary>Notes what became of a forwarded call, and answers for a Customer API that cannot be reached.</summary>
internal sealed class PassthroughRecorder(CustomerApiSettings settings, CustomerApiReach reach, TimeProvider time) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // No WebSockets and no h2c: the Customer API has neither, and an upgraded connection is one that the shim cannot look into.
        context.Features.Set<IHttpUpgradeFeature>(null);
        HopByHop.Remove(context.Request.Headers.Connection, context.Request.Headers);
        var record = RequestRecord.Of(context);
        using var span = Spans.Forward(RouteName.OfMethod(context.Request.Method), record.Route, settings.Address);
        var start = time.GetTimestamp();
        await next(context);
        record.Upstream += time.GetElapsedTime(start);
        var status = context.Response.StatusCode;
        var failure = context.Features.Get<IForwarderErrorFeature>();
        var error = failure?.Error;
        Judge(failure);
        span.Ended(error is null ? status : null, error?.ToString());
        if (error is null && record.Outcome == Outcome.Unavailable)
        {
            await ShimAnswer.WriteErrorAsync(context, status, "The Customer API's answer is none to this call.");
        }
        else if (error is null)
        {
            record.UpstreamStatus = status;
            record.Outcome = status == StatusCodes.Status401Unauthorized ? Outcome.Unauthorized : record.Outcome;
        }
        else if (!context.Response.HasStarted && error is ForwarderError.RequestBodyClient)
        {
            await BadRequests.RefuseBodyAsync(context, status, time);
        }
        else if (!context.Response.HasStarted)
        {
            record.Outcome = Outcome.Unavailable;
            await ShimAnswer.WriteErrorAsync(context, status, "The Customer API could not be reached.");
        }
    }

    // What the caller broke off, or sent badly, says nothing of the Customer API.
    private void Judge(IForwarderErrorFeature? failure)
    {
        switch (failure?.Error)
        {
            case null or ForwarderError.ResponseHeaders or ForwarderError.ResponseBodyDestination:
                reach.Answered();
                break;
            case ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.RequestBodyDestination:
                reach.Failed(failure.Exception);
                break;
        }
    }
}
