using System.Text.Json;

namespace ProxyShim.Sandbox.Shim;

/// <summary>The parts of a log event about a request or its conversion that the tour shows (config/log-event.schema.json).</summary>
/// <param name="Event">Such as <c>RequestHandled</c>.</param>
/// <param name="TraceId">Of the legacy request that caused it.</param>
/// <param name="Sale">What it says of a transaction of a known customer, as text; null = it is about none.</param>
internal sealed record ShimEvent(string Event, string TraceId, DateTimeOffset At, string? Outcome, string? Reason, string? Result, bool Inline, string? Sale)
{
    private static readonly string[] s_sale = ["Amount", "Currency", "Xid", "PartnerKey", "SubIds"];

    /// <summary>Null when the line is about no request.</summary>
    public static ShimEvent? TryRead(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var fields = document.RootElement;
            return fields.ValueKind is JsonValueKind.Object && Text(fields, nameof(Event)) is { } name && Text(fields, nameof(TraceId)) is { } traceId
                ? new(name, traceId, fields.GetProperty("@t").GetDateTimeOffset(), Text(fields, nameof(Outcome)), Text(fields, nameof(Reason)),
                    Text(fields, nameof(Result)), IsInline(fields), SaleOf(fields))
                : null;
        }
        catch (JsonException)
        {
            // What is printed before the log is set up is plain text.
            return null;
        }
    }

    private static string? Text(JsonElement fields, string name) =>
        fields.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static string? SaleOf(JsonElement fields) => fields.TryGetProperty("Amount", out var amount) && amount.ValueKind is JsonValueKind.Number
        ? string.Join(' ', s_sale.Where(name => fields.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null)
            .Select(name => $"{name}={fields.GetProperty(name)}"))
        : null;

    private static bool IsInline(JsonElement fields) => fields.TryGetProperty(nameof(Inline), out var value) && value.ValueKind is JsonValueKind.True;
}
