using System.Text.Json;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>What a legacy app gets.</summary>
/// <param name="Outcome"><c>X-ProxyShim-Outcome</c>; null when the Customer API answered.</param>
/// <param name="RetryAfter">The header of this name.</param>
/// <param name="TraceId">By which the log names the request.</param>
/// <param name="SpanId">The caller's span.</param>
public sealed record LegacyAnswer(int Status, string? ContentType, string? Outcome, string? RetryAfter, string Text, string TraceId, string SpanId)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonElement.Parse(Text);
}
