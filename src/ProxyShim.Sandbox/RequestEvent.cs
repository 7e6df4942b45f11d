using System.Text.Json;

namespace ProxyShim.Sandbox;

/// <summary>The part of a <c>RequestHandled</c> log event that the tour shows.</summary>
internal sealed record RequestEvent(string TraceId, string Outcome, string? Reason)
{
    /// <summary>Null when the line is no such event.</summary>
    public static RequestEvent? TryRead(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var fields = document.RootElement;

            // Other events have a trace id too, but only this one the route of a request.
            return fields.ValueKind is JsonValueKind.Object && fields.TryGetProperty("Route", out _)
                ? new(fields.GetProperty(nameof(TraceId)).GetString()!, fields.GetProperty(nameof(Outcome)).GetString()!, Text(fields, nameof(Reason)))
                : null;
        }
        catch (JsonException)
        {
            // What is printed before the log is set up is plain text.
            return null;
        }
    }

    private static string? Text(JsonElement fields, string name) => fields.TryGetProperty(name, out var value) ? value.GetString() : null;
}
