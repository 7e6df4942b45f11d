using System.Text.Json;
using System.Text.Json.Serialization;
using ProxyShim.Telemetry;

namespace ProxyShim.CustomerApi;

/// <summary>Writes the answers that the shim gives itself, in the Customer API's envelopes.</summary>
internal static class ShimAnswer
{
    /// <summary>Says that the shim answered, and how: an operator can tell its answers from the Customer API's.</summary>
    public const string OutcomeHeader = "X-ProxyShim-Outcome";

    // Long enough for a blip to pass, short enough for a caller who waits.
    private const string RetryAfterSeconds = "5";

    /// <summary>Writes an answer of the shim's own; a forwarded one is none.</summary>
    public static Task WriteAsync(HttpContext context, CreationAnswer answer)
    {
        switch (answer)
        {
            case CreationAnswer.Created created:
                return WriteAsync(context, created.Status, created.Envelope);
            case CreationAnswer.Failed failed:
                if (failed.Status == StatusCodes.Status503ServiceUnavailable)
                {
                    context.Response.Headers.RetryAfter = RetryAfterSeconds;
                }

                return WriteErrorAsync(context, failed.Status, failed.Message);
            default:
                throw new ArgumentOutOfRangeException(nameof(answer));
        }
    }

    /// <summary>A failure: <c>{"message", "status"}</c>.</summary>
    public static Task WriteErrorAsync(HttpContext context, int status, string message)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new ErrorEnvelope(message, status), AnswerJson.Default.ErrorEnvelope);
        return WriteAsync(context, status, body);
    }

    private static Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers[OutcomeHeader] = RequestRecord.Of(context).Outcome.Name;
        return response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}

internal sealed record ErrorEnvelope(string Message, int Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorEnvelope))]
internal sealed partial class AnswerJson : JsonSerializerContext;
