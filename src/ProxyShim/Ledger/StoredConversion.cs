using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Ledger.Kept;
using ProxyShim.Primitives;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Ledger;

/// <summary>What the ledger keeps of a request until it is verified: enough to send it again, to read it back, and to answer for it. Personal data.</summary>
/// <param name="Request">The customer.</param>
/// <param name="SubIds">The click's subIDs.</param>
/// <param name="Conversion">The composed body for the Conversion API; empty while there is no click to compose it with.</param>
/// <param name="ClickedAt">When the click was made; null where that is not known, or an older version has written it.</param>
/// <param name="Span">The span of the legacy request, for those of the background to go on from; default where it had none.</param>
internal sealed record StoredConversion(
    CustomerRequest Request, IReadOnlyList<string> SubIds, ReadOnlyMemory<byte> Conversion, DateTimeOffset? ClickedAt, ActivityContext Span)
{
    /// <summary>Of a customer whose click is not there yet: the original request, and no conversion. Null otherwise.</summary>
    public KeptCall? Original { get; private init; }

    // Deeper than any request that is read (64) and the object around it.
    private static readonly JsonDocumentOptions s_readOptions = new() { MaxDepth = 128 };

    /// <summary>From the click to a moment; null where it is not known when that was.</summary>
    public TimeSpan? ClickAgeAt(DateTimeOffset moment) =>
        ClickedAt is not { } clicked ? null : moment - clicked is { Ticks: > 0 } age ? age : TimeSpan.Zero;

    /// <summary>Composes a conversion, and around it what it does not hold itself: the partner, the click's time, and the request's span where it has one.</summary>
    /// <returns>What the ledger keeps, and the part of it that is sent.</returns>
    public static (ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Conversion) Compose(CustomerRequest request, Click click, string? traceParent = null)
    {
        var (body, start) = JsonText.Write(
            (request, click, traceParent),
            static (json, from) =>
            {
                json.WriteStartObject();
                json.WriteString("partner_key"u8, from.request.PartnerKey);
                if (from.click.When is { } clicked)
                {
                    json.WriteNumber("clicked_at"u8, clicked.ToUnixTimeMilliseconds());
                }

                if (from.traceParent is not null)
                {
                    json.WriteString("traceparent"u8, from.traceParent);
                }

                json.WritePropertyName("conversion"u8);
                var start = JsonText.PositionOf(json);
                ConversionBody.Compose(json, from.request, from.click);
                json.WriteEndObject();
                return start;
            });

        // It stands last: after it comes nothing but the end of the object around it.
        return (body, body.AsMemory(start..^1));
    }

    /// <summary>
    /// What the ledger keeps of a customer whose click is not there yet: who it is, and the original request. A version that knows no such customers finds no
    /// conversion in it, and so nothing that it could send.
    /// </summary>
    public static ReadOnlyMemory<byte> ComposeHeld(CustomerRequest request, KeptCall original, string? traceParent = null) => JsonText.Write(
        (request, original, traceParent),
        static (json, from) =>
        {
            json.WriteStartObject();
            json.WriteString("partner_key"u8, from.request.PartnerKey);
            if (from.traceParent is not null)
            {
                json.WriteString("traceparent"u8, from.traceParent);
            }

            json.WritePropertyName("held"u8);
            ConversionBody.Compose(json, from.request, click: null);
            json.WritePropertyName("original"u8);
            from.original.Write(json);
            json.WriteEndObject();
            return 0;
        }).Text;

    /// <exception cref="FormatException">The bytes are none of ours.</exception>
    public static StoredConversion Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, s_readOptions);
            var isHeld = document.RootElement.TryGetProperty("held"u8, out var conversion);
            conversion = isHeld ? conversion : document.RootElement.GetProperty("conversion"u8);
            if (!CustomerKey.TryCreate(conversion.GetProperty("customer_key"u8).GetString(), out var key))
            {
                throw new FormatException("A stored conversion has no customer_key.");
            }

            var request = new CustomerRequest(
                key,
                Text(conversion, "email") ?? "",
                document.RootElement.GetProperty("partner_key"u8).GetString()!,
                Text(conversion, "name"),
                Text(conversion, "provider_key"),

                // The cast matters: a null array would become an empty memory, not no memory.
                conversion.TryGetProperty("meta"u8, out var meta) ? JsonMarshal.GetRawUtf8Value(meta).ToArray() : (ReadOnlyMemory<byte>?)null);
            IReadOnlyList<string> subIds = conversion.TryGetProperty("sub_ids"u8, out var list)
                ? [.. list.EnumerateArray().Select(subId => subId.GetString()!)]
                : [];
            var span = TraceContext.Parse(Text(document.RootElement, TraceContext.HeaderName));
            DateTimeOffset? clickedAt = document.RootElement.TryGetProperty("clicked_at"u8, out var clicked)
                ? DateTimeOffset.FromUnixTimeMilliseconds(clicked.GetInt64())
                : null;
            return isHeld
                ? new StoredConversion(request, subIds, default, clickedAt, span) { Original = KeptCall.Read(document.RootElement.GetProperty("original"u8)) }
                : new StoredConversion(request, subIds, JsonMarshal.GetRawUtf8Value(conversion).ToArray(), clickedAt, span);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("A stored conversion cannot be read.");
        }
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;
}
