using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ProxyShim.Sandbox.PartnerStack.Http;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>
/// The simulator over HTTP, for clients that are not .NET. Bodies are JSON, names are snake_case.
/// <list type="table">
/// <item><term><c>GET /calls</c></term><description>every call: number, kind, method, target, headers (pairs), body (UTF-8), status, completed, fault,
/// received_at</description></item>
/// <item><term><c>GET /conversions</c></term><description>every valid conversion that arrived: number, customer_key, xid, body, effect (none, landed,
/// ignored), fault</description></item>
/// <item><term><c>GET /customers</c></term><description>the customers whose record exists, with their origin</description></item>
/// <item><term><c>POST /faults</c></term><description><see cref="FaultRequest"/>; 400 with a message when it cannot be read</description></item>
/// <item><term><c>POST /reset</c></term><description>a new, empty account without faults</description></item>
/// </list>
/// Every answer is 200 but for the 400 above and a 404 for any other path. The caller needs no password: it listens on loopback only.
/// </summary>
internal sealed class ControlApi(SimulatedPartnerStack stack)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
    };

    public async Task HandleAsync(Exchange exchange)
    {
        var context = exchange.Context;
        var (status, body) = (context.Request.Method, context.Request.Path.Value) switch
        {
            ("GET", "/calls") => (200, Array(stack.Calls, Call)),
            ("GET", "/conversions") => (200, Array(stack.Conversions, Conversion)),
            ("GET", "/customers") => (200, Array(stack.Customers, static customer => JsonSerializer.SerializeToNode(customer, Json))),
            ("POST", "/faults") => await SetFaultAsync(context),
            ("POST", "/reset") => Reset(),
            _ => (404, new JsonObject { ["message"] = "GET /calls, /conversions, /customers; POST /faults, /reset" }),
        };
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(body, Json, context.RequestAborted);
    }

    private static JsonArray Array<T>(IReadOnlyList<T> items, Func<T, JsonNode?> show) => new JsonArray([.. items.Select(show)]);

    private static JsonObject Call(RecordedCall call) => new()
    {
        ["number"] = call.Number,
        ["kind"] = JsonSerializer.SerializeToNode(call.Kind, Json),
        ["method"] = call.Method,
        ["target"] = call.Target,
        ["headers"] = new JsonArray([.. call.Headers.Select(static header => new JsonArray(header.Key, header.Value))]),
        ["body"] = call.BodyText,
        ["status"] = call.Status,
        ["completed"] = call.Completed,
        ["fault"] = call.Fault?.ToString(),
        ["received_at"] = call.ReceivedAt,
    };

    private static JsonObject Conversion(RecordedConversion conversion) => new()
    {
        ["number"] = conversion.Number,
        ["customer_key"] = conversion.CustomerKey,
        ["xid"] = conversion.Xid,
        ["body"] = JsonNode.Parse(conversion.Json),
        ["effect"] = JsonSerializer.SerializeToNode(conversion.Effect, Json),
        ["fault"] = conversion.Fault?.ToString(),
    };

    private async Task<(int Status, JsonNode Body)> SetFaultAsync(HttpContext context)
    {
        try
        {
            // Whatever its Content-Type says: curl -d says a form.
            var request = await JsonSerializer.DeserializeAsync<FaultRequest>(context.Request.Body, Json, context.RequestAborted)
                ?? throw new ArgumentException("The body must be an object.");
            request.Apply(stack);
            return (200, new JsonObject { ["message"] = "ok" });
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return (400, new JsonObject { ["message"] = exception.Message });
        }
    }

    private (int Status, JsonNode Body) Reset()
    {
        stack.Reset();
        return (200, new JsonObject { ["message"] = "ok" });
    }
}
