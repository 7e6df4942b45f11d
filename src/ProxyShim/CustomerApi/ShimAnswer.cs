using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using ProxyShim.Primitives;
using ProxyShim.Telemetry;

namespace ProxyShim.CustomerApi;

/// <summary>Writes the answers that the shim gives itself, in the Customer API's envelopes.</summary>
internal static class ShimAnswer
{
    /// <summary>Says that the shim answered, and how: an operator can tell its answers from the Customer API's.</summary>
    public const string OutcomeHeader = "X-ProxyShim-Outcome";

    /// <summary>Of each of them.</summary>
    public const string ContentType = "application/json";

    /// <summary>Long enough for a blip to pass, short enough for a caller who waits.</summary>
    public const string RetryAfterSeconds = "5";

    /// <summary>Writes an answer of the shim's own; a forwarded one is none.</summary>
    public static ValueTask<FlushResult> WriteAsync(HttpContext context, CreationAnswer answer)
    {
        switch (answer)
        {
            case CreationAnswer.Created created:
                return WriteAsync(
                    context, created.Status, JsonText.WriteShared(created, static (json, created) => created.Customer.Write(json, created.Status)));
            case CreationAnswer.Kept kept:
                return WriteAsync(context, kept.Status, JsonText.WriteShared(kept, static (json, kept) => kept.Object.Write(json, kept.Status)));
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
    public static ValueTask<FlushResult> WriteErrorAsync(HttpContext context, int status, string message) =>
        WriteAsync(context, status, Error(status, message));

    /// <summary>The body of a failure.</summary>
    public static byte[] Error(int status, string message) =>
        JsonSerializer.SerializeToUtf8Bytes(new ErrorEnvelope(message, status), AnswerJson.Default.ErrorEnvelope);

    private static ValueTask<FlushResult> WriteAsync(HttpContext context, int status, ReadOnlySpan<byte> body)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone and does not get it, and it shall not look as if.
            return default;
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = body.Length;
        response.Headers[OutcomeHeader] = RequestRecord.Of(context).Outcome.Name;
        response.BodyWriter.Write(body);
        return response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}

internal sealed record ErrorEnvelope(string Message, int Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorEnvelope))]
internal sealed partial class AnswerJson : JsonSerializerContext;
