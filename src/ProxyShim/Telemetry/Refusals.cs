using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using ProxyShim.Http;
using ProxyShim.Rollout;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Telemetry;

/// <summary>
/// Writes the event of a request that Kestrel refuses by itself, before any stage has seen it: no Host, two lengths, a folded header, a target or headers that
/// are too long, headers that do not come.
/// </summary>
internal sealed class Refusals(EventLog log, ShimMetrics metrics, RolloutState rollout, DiagnosticListener source)
    : IHostedService, IObserver<KeyValuePair<string, object?>>
{
    // https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/diagnostics
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private IDisposable? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = source.Subscribe(this, static name => name == BadRequest);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        // One that has been answered has its event.
        if (value.Value is not IFeatureCollection features
            || features.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException error
            || features.Get<IHttpResponseFeature>() is not { HasStarted: false }
            || features.Get<IHttpRequestFeature>() is not { } request)
        {
            return;
        }

        var hasGone = features.Get<IHttpRequestLifetimeFeature>()?.RequestAborted.IsCancellationRequested == true;
        var record = new RequestRecord
        {
            TraceId = ActivityTraceId.CreateRandom().ToHexString(),
            Route = RouteName.OfPath(RawTarget.PathOf(request.RawTarget ?? "")),
            Rollout = rollout.Plan,
            Outcome = hasGone ? Outcome.Aborted : Outcome.Rejected,
            Reason = Reasons.BadRequest,
        };
        metrics.Refused(record);
        features.Get<IBareAnswer>()?.Complete(error.StatusCode, record.Outcome.Name, !HttpMethods.IsHead(request.Method ?? ""));
        LogEvents.RequestHandled(log, record, RouteName.OfMethod(request.Method ?? ""), hasGone ? null : error.StatusCode, TimeSpan.Zero);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
