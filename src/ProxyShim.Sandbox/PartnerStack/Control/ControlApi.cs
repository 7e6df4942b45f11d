using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ProxyShim.Sandbox.PartnerStack.Http;

namespace ProxyShim.Sandbox.PartnerStack.Control;

/// <summary>
/// The simulator over HTTP, for people and for clients that are not .NET. Bodies are JSON, names are snake_case.
/// <list type="table">
/// <item><term><c>GET /</c></term><description>what can be tried, as plain text</description></item>
/// <item><term><c>GET /calls</c></term><description>every call: number, kind, method, target, headers (pairs), body (UTF-8), status, completed, fault,
/// received_at</description></item>
/// <item><term><c>GET /conversions</c></term><description>every valid conversion that arrived: number, customer_key, xid, body, effect (none, landed,
/// ignored), fault</description></item>
/// <item><term><c>GET /customers</c></term><description>the customers whose record exists, with their origin</description></item>
/// <item><term><c>GET /faults</c></term><description><see cref="FaultCatalogue"/></description></item>
/// <item><term><c>POST /faults</c></term><description><see cref="FaultRequest"/>; 400 with a message when it cannot be read</description></item>
/// <item><term><c>POST /clicks</c></term><description><see cref="ClickRequest"/>; the answer is the click; 400 with a message when it cannot be read; 404 where
/// there is no site to keep it</description></item>
/// <item><term><c>POST /reset</c></term><description>a new, empty account without faults</description></item>
/// </list>
/// Every answer is 200 but for the 400 above and a 404 for any other path. The caller needs no password: it listens on loopback only.
/// </summary>
internal sealed class ControlApi(SimulatedPartnerStack stack, SimulatedPartnerStackOptions options)
{
    private const string Routes = "GET /calls, /conversions, /customers, /faults; POST /faults, /clicks, /reset";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,

        // Read in a terminal, by people; no answer is a page.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public async Task HandleAsync(Exchange exchange)
    {
        var context = exchange.Context;
        if ((context.Request.Method, context.Request.Path.Value) is ("GET", "/"))
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(options.Guide?.Invoke(stack) ?? $"{Routes}\n"), context.RequestAborted);
            return;
        }

        var (status, body) = (context.Request.Method, context.Request.Path.Value) switch
        {
            ("GET", "/calls") => (200, Array(stack.Calls, Call)),
            ("GET", "/conversions") => (200, Array(stack.Conversions, Conversion)),
            ("GET", "/customers") => (200, Array(stack.Customers, static customer => JsonSerializer.SerializeToNode(customer, Json))),
            ("GET", "/faults") => (200, FaultCatalogue.Of(stack)),
            ("POST", "/faults") => SetFault(await ControlBody.ReadAsync(context.Request)),
            ("POST", "/clicks") when options.KeepClick is { } keep => await ClickAsync(await ControlBody.ReadAsync(context.Request), keep),
            ("POST", "/reset") => Reset(),
            _ => (404, Message(Routes)),
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

    private static JsonObject Message(string text) => new() { ["message"] = text };

    private (int Status, JsonNode Body) SetFault(ControlBody body)
    {
        if (FaultRequest.Read(body) is not { } request)
        {
            return (400, Message($"{body.Problem}. GET /faults says what there is."));
        }

        request.Apply(stack);
        return (200, Message("ok"));
    }

    private async Task<(int Status, JsonNode Body)> ClickAsync(ControlBody body, Func<string, string, Task> keep)
    {
        if (ClickRequest.Read(body, options.Random) is not { } request)
        {
            return (400, Message($"{body.Problem}."));
        }

        stack.AddClick(request.Xid, request.PartnerKey);
        await keep(request.CustomerKey, request.Click.ToJsonString());
        return (200, new JsonObject { ["message"] = "ok", ["customer_key"] = request.CustomerKey, ["click"] = request.Click });
    }

    private (int Status, JsonNode Body) Reset()
    {
        stack.Reset();
        return (200, Message("ok"));
    }
}
