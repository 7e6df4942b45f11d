using System.Diagnostics;

namespace ProxyShim.Telemetry.Tracing;

/// <summary>W3C trace context (https://www.w3.org/TR/trace-context/), in and out.</summary>
/// <remarks>
/// <c>traceparent</c> only. <c>tracestate</c> and <c>baggage</c> are texts of the caller's own: they could bring anything into our spans, and the Conversion
/// API is another company's. What passes through to the Customer API has the caller's headers, these among them, as they came.
/// </remarks>
internal static class TraceContext
{
    public const string HeaderName = "traceparent";

    /// <summary>The caller's span; default when it sent none.</summary>
    public static ActivityContext Of(HttpContext context) => Parse(context.Request.Headers.TraceParent);

    /// <summary>A <c>traceparent</c>; default when it is none.</summary>
    public static ActivityContext Parse(string? traceParent) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var context) ? context : default;

    /// <summary>The current span for an API or a worker to go on from; null where nothing is traced.</summary>
    public static string? Current => Activity.Current?.Id;

    /// <summary>Tells an API which span of ours calls, where there is one.</summary>
    public static void Inject(HttpRequestMessage request)
    {
        if (Current is { } id)
        {
            request.Headers.TryAddWithoutValidation(HeaderName, id);
        }
    }

    /// <summary>The request's trace: of its span, or else the caller's, or else one of our own, so that the log has one in any case.</summary>
    public static string TraceIdOf(Activity? span, ActivityContext caller) =>
        (span?.TraceId ?? (caller.TraceId != default ? caller.TraceId : ActivityTraceId.CreateRandom())).ToHexString();
}
