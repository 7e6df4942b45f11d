using System.IO.Pipelines;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Features;
using ProxyShim.CustomerApi;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Limits;

/// <summary>Takes as many requests at once as the process can hold, and tells the others to come again.</summary>
internal sealed class RequestLimits : IMiddleware, IDisposable
{
    /// <summary>Bytes of one body that stand in buffers at most: Kestrel's own, and what is looked at or copied.</summary>
    public const int MostBuffered = 256 * 1024;

    private readonly LimitSettings _settings;
    private readonly TimeProvider _time;
    private readonly Places _common;
    private readonly Places _all;
    private readonly PartitionedRateLimiter<string>? _rates;
    private readonly PlaceCount _taken = new();
    private readonly Dictionary<string, PlaceCount> _shares;
    private readonly Places _share;
    private long _refused;

    public RequestLimits(LimitSettings settings, Callers callers, ShimMetrics metrics, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        _all = new(settings.RequestsInFlight, settings.BufferedBytes);
        _shares = callers.Names.ToDictionary(static name => name, static _ => new PlaceCount());
        _common = _shares.Count > 0 ? new(settings.CommonRequests, settings.CommonBytes) : _all;

        // One request and one body at least: what is over all is bounded all the same.
        var parts = Math.Max(1, _shares.Count);
        _share = new(Math.Max(1, (_all.Requests - _common.Requests) / parts), Math.Max(MostBuffered, (_all.Bytes - _common.Bytes) / parts));
        _rates = settings.RequestsPerSecond == 0 ? null : PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(
            caller,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = settings.RequestsPerSecond,
                TokensPerPeriod = settings.RequestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
        var meter = metrics.Meter;
        meter.CreateObservableGauge("proxyshim.requests.in_flight", () => _taken.Requests, "{request}", "Requests to the legacy listener, and clicks to the capture listener, that have been begun and not answered.");
        meter.CreateObservableGauge("proxyshim.requests.buffered", () => Buffered, "By", "What their bodies may hold in buffers.");
        meter.CreateObservableCounter(
            "proxyshim.requests.refused", () => Refused, "{request}", "Requests that were told to come again, since Limits:RequestsInFlight or Limits:BufferedBytes was reached.");
    }

    /// <summary>Requests that were told to come again because the process is full, since the start.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Bytes that the bodies of requests in flight may hold in buffers.</summary>
    public long Buffered => _taken.Bytes;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var body = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true ? request.ContentLength ?? long.MaxValue : 0;
        if (_settings.BodyBytes is { } most && body > 0)
        {
            if (request.ContentLength > most)
            {
                return RefuseAsync(context, Outcome.Rejected, Reasons.BodyOverLimit, StatusCodes.Status413PayloadTooLarge, $"The body is longer than {most} bytes.");
            }

            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = most;
        }

        if (_rates is not null)
        {
            using var lease = _rates.AttemptAcquire(RequestRecord.Of(context).Caller ?? "");
            if (!lease.IsAcquired)
            {
                context.Response.Headers.RetryAfter = "1";
                return RefuseAsync(context, Outcome.Rejected, Reasons.RateLimited, StatusCodes.Status429TooManyRequests, "Too many requests.");
            }
        }

        // Who calls is asked only where the common places are taken.
        var bytes = Math.Min(body, MostBuffered);
        if (_taken.TryTake(bytes, _common))
        {
            return EnterAsync(context, next, bytes, share: null);
        }

        if (TryTakeShare(RequestRecord.Of(context).Caller, bytes) is { } share)
        {
            return EnterAsync(context, next, bytes, share);
        }

        Interlocked.Increment(ref _refused);
        context.Response.Headers.RetryAfter = ShimAnswer.RetryAfterSeconds;
        return RefuseAsync(context, Outcome.Unavailable, Reasons.Overloaded, StatusCodes.Status503ServiceUnavailable, "Too many requests at once.");
    }

    public void Dispose() => _rates?.Dispose();

    /// <summary>Takes a place for one request; who has got it gives it back by <see cref="Leave"/>.</summary>
    /// <param name="bytes">What its body may hold in buffers.</param>
    /// <param name="isKnown">Whether it is from a caller whom the settings name; the last quarter of the places is for those.</param>
    /// <returns>False when the process holds as much as it can: the caller is to come again.</returns>
    public bool TryEnter(long bytes, bool isKnown)
    {
        if (_taken.TryTake(bytes, isKnown ? _all : _common))
        {
            return true;
        }

        Interlocked.Increment(ref _refused);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(long bytes) => _taken.Leave(bytes);

    // Of the last quarter each caller of the settings has its part, so that one of them keeps no other out.
    private PlaceCount? TryTakeShare(string? caller, long bytes)
    {
        if (caller is null || !_shares.TryGetValue(caller, out var share) || !share.TryTake(bytes, _share))
        {
            return null;
        }

        if (_taken.TryTake(bytes, _all))
        {
            return share;
        }

        share.Leave(bytes);
        return null;
    }

    private async Task EnterAsync(HttpContext context, RequestDelegate next, long bytes, PlaceCount? share)
    {
        var place = ConnectionPlace.Of(context);
        if (place?.TryBegin() == false)
        {
            // It was closed for another before anything was done for the request.
            Leave(bytes);
            share?.Leave(bytes);
            context.Abort();
            return;
        }

        try
        {
            if (place is { KnownCaller: null } && RequestRecord.Of(context).Caller is var caller && Callers.IsKnown(caller))
            {
                place.KnownCaller = caller;
            }

            await next(context);
        }
        finally
        {
            Leave(bytes);
            share?.Leave(bytes);
            place?.End(_time.GetTimestamp());
        }
    }

    private static Task<FlushResult> RefuseAsync(HttpContext context, Outcome outcome, string reason, int status, string message)
    {
        var record = RequestRecord.Of(context);
        (record.Outcome, record.Reason) = (outcome, reason);

        // What is left of a body is not wanted. A caller whose request has come whole keeps its connection: the next one might find no place.
        if (!RequestBody.Discard(context.Request))
        {
            context.Response.Headers.Connection = "close";
        }

        return ShimAnswer.WriteErrorAsync(context, status, message).AsTask();
    }
}
