using System.Diagnostics;
using ProxyShim.Http;
using ProxyShim.Rollout;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Telemetry;

/// <summary>Writes one wide event per legacy request, whatever became of it, counts it, and is the root of its spans.</summary>
internal sealed class RequestLogging(
    EventLog log, ShimMetrics metrics, RecentDecisions decisions, RecentPartners partners, CallWatch watch, RolloutState rollout, AnsweredCalls answered,
    TimeProvider time) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var start = time.GetTimestamp();
        var target = RawTarget.Of(context);
        var (method, route) = (RouteName.OfMethod(context.Request.Method), RouteName.OfPath(RawTarget.PathOf(target)));
        var caller = TraceContext.Of(context);
        var span = Spans.Request(caller, method, route);
        var record = new RequestRecord { TraceId = TraceContext.TraceIdOf(span, caller), Route = route, Target = target, Rollout = rollout.Plan };
        context.Features.Set(record);
        Exception? failure = null;
        try
        {
            await next(context);

            // Whole, before anything comes after it; a caller that has gone is not answered by that.
            if (record.AfterAnswer is not null && !context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.CompleteAsync();
            }
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            var (status, elapsed) = (StatusOf(context, record, failure), time.GetElapsedTime(start));
            if (record.AfterAnswer is null && record.Telling.IsCompleted)
            {
                await record.Telling;
                Write(record, method, status, elapsed, span);
            }
            else
            {
                // The caller need not wait for it, nor does its next request, which may come on the same connection.
                _ = EndAsync(record, method, status, elapsed, span);
            }
        }
    }

    private async Task EndAsync(RequestRecord record, string method, int? status, TimeSpan elapsed, Activity? span)
    {
        answered.Begin();
        try
        {
            await (record.AfterAnswer?.Invoke() ?? default);
            await record.Telling;
            Write(record, method, status, elapsed, span);
        }
        catch (Exception exception)
        {
            answered.Failed(exception);
        }
        finally
        {
            answered.End();
        }
    }

    private void Write(RequestRecord record, string method, int? status, TimeSpan elapsed, Activity? span)
    {
        using var ending = span;
        metrics.Handled(record, elapsed);
        partners.Handled(record);
        LogEvents.RequestHandled(log, record, method, status, elapsed);
        var creates = RouteName.IsCreation(method, record.Route);
        watch.Note(record, creates);
        if (creates)
        {
            decisions.Note(record, status);
        }

        span.Tag("proxyshim.outcome", record.Outcome.Name).Tag("proxyshim.reason", record.Reason).Tag("proxyshim.caller", record.Caller).Answered(status);
    }

    // What no stage has answered is left to Kestrel: a stage that failed is a 500.
    private static int? StatusOf(HttpContext context, RequestRecord record, Exception? failure)
    {
        if (!context.Response.HasStarted && context.RequestAborted.IsCancellationRequested)
        {
            record.Outcome = record.Outcome.IsDone ? record.Outcome : Outcome.Aborted;
            return null;
        }

        if (failure is null || context.Response.HasStarted)
        {
            return context.Response.StatusCode;
        }

        record.Outcome = Outcome.Unavailable;
        return StatusCodes.Status500InternalServerError;
    }
}
