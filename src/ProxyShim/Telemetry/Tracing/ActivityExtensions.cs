using System.Diagnostics;
using System.Globalization;

namespace ProxyShim.Telemetry.Tracing;

/// <summary>Writes down how a span's work ended. Texts are of closed sets: a status, a word, a type's name.</summary>
internal static class ActivityExtensions
{
    // The conventions' own word, of error.type (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
    private const string Unknown = "_OTHER";

    /// <summary>Adds an attribute; a null is none. Generic, so that a number is not boxed where there is no span.</summary>
    public static Activity? Tag<T>(this Activity? span, string name, T value) =>
        span is { IsAllDataRequested: true } && value is not null ? span.SetTag(name, value) : span;

    /// <summary>A call ended: with a status, or for want of one in an error.</summary>
    public static void Ended(this Activity? span, int? status, string? error)
    {
        if (status is { } answered)
        {
            span.Answered(answered);
        }
        else
        {
            span.Failed(LogEvents.WordOf(error) ?? Unknown);
        }
    }

    /// <summary>
    /// An HTTP status came, or was sent; null when none was. The conventions (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status) say whose
    /// fault it is: a 4xx is the client's, and no failure of the server's span.
    /// </summary>
    public static void Answered(this Activity? span, int? status)
    {
        if (status is { } answered && span.Tag("http.response.status_code", answered) is not null
            && answered >= (span!.Kind == ActivityKind.Server ? 500 : 400))
        {
            span.Failed(answered.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <param name="error">A word, or a type's name; never a message.</param>
    public static void Failed(this Activity? span, string error) => span.Tag("error.type", error)?.SetStatus(ActivityStatusCode.Error);
}
