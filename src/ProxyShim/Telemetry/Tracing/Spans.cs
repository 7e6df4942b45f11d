using System.Diagnostics;

namespace ProxyShim.Telemetry.Tracing;

/// <summary>Begins the spans of the stages. Each is null where there is no listener, and then costs one comparison; <see cref="ActivityExtensions"/> takes a null.</summary>
/// <remarks>
/// Names and attributes follow OpenTelemetry's semantic conventions (https://opentelemetry.io/docs/specs/semconv/http/http-spans/) with one exception: where
/// they ask for a URL or a path, a span has the route's name. A URL
/// may hold a customer_key, and a customer_key may be an e-mail address.
/// </remarks>
internal static class Spans
{
    /// <summary>The shim's own source.</summary>
    public const string SourceName = "ProxyShim";

    /// <summary>
    /// YARP's source: a span of its own around each forwarded call (https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Utilities/Observability.cs).
    /// </summary>
    public const string YarpSourceName = "Yarp.ReverseProxy";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Whether anybody listens.</summary>
    public static bool HasListeners => s_source.HasListeners();

    /// <summary>A legacy request, from its head to the end of its answer.</summary>
    /// <param name="parent">The caller's span; default for a caller who sent none.</param>
    /// <param name="method">The method's name in the log.</param>
    /// <param name="route">The route's name in the log.</param>
    public static Activity? Request(ActivityContext parent, string method, string route) =>
        s_source.HasListeners() ? s_source.StartActivity($"{method} {route}", ActivityKind.Server, parent).Http(method).Tag("http.route", route) : null;

    /// <summary>A legacy request on its way through the Customer API.</summary>
    /// <param name="method">The method's name in the log.</param>
    /// <param name="route">The route's name in the log.</param>
    /// <param name="server">The Customer API.</param>
    public static Activity? Forward(string method, string route, Uri server) => Call(method, route, server);

    /// <summary>An attempt at the Conversion API.</summary>
    /// <param name="endpoint">Its address; it holds nothing of a customer.</param>
    /// <param name="attempt">Counted from 1, within this request or this job.</param>
    public static Activity? Attempt(Uri endpoint, int attempt) =>
        Call(HttpMethods.Post, endpoint.AbsolutePath, endpoint).Tag("http.request.resend_count", attempt > 1 ? attempt - 1 : (int?)null);

    /// <summary>A question at the Customer API: is the customer there?</summary>
    /// <param name="route">The route's name in the log.</param>
    /// <param name="server">The Customer API.</param>
    public static Activity? Read(string route, Uri server) => Call(HttpMethods.Get, route, server);

    /// <summary>A client's call of a service that is none of HTTP. None where it is for no request and no job.</summary>
    public static Activity? Client(string name) =>
        s_source.HasListeners() && Activity.Current is not null ? s_source.StartActivity(name, ActivityKind.Client) : null;

    /// <summary>A job of the background: the trace is that of the legacy request which caused it.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="traceId">The request's trace, as the log names it.</param>
    /// <param name="request">The request's span, where it had one.</param>
    /// <param name="since">When the job began; what it is of is known only after Redis has told.</param>
    public static Activity? Job(string name, string traceId, ActivityContext request, DateTimeOffset since) =>
        s_source.HasListeners() ? s_source.StartActivity(name, ActivityKind.Internal, ParentOf(traceId, request), startTime: since) : null;

    private static Activity? Call(string method, string template, Uri server) => s_source.HasListeners()
        ? s_source.StartActivity($"{method} {template}", ActivityKind.Client)
            .Http(method)
            .Tag("url.template", template)
            .Tag("server.address", server.Host)
            .Tag("server.port", server.Port)
        : null;

    // The conventions name every unknown method alike (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
    private static Activity? Http(this Activity? span, string method) => span.Tag("http.request.method", method == RouteName.OtherMethod ? "_OTHER" : method);

    // Of a request that had no span only the trace is known. A parent has to have an id: one that no span has keeps the job in that trace.
    private static ActivityContext ParentOf(string traceId, ActivityContext request) =>
        request.TraceId.ToHexString() == traceId ? request
        : ActivityContext.TryParse($"00-{traceId}-{ActivitySpanId.CreateRandom().ToHexString()}-01", null, isRemote: true, out var invented) ? invented
        : default;
}
