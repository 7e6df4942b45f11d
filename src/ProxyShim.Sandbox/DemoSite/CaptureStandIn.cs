using System.Text.Json;
using System.Text.Json.Nodes;
using StackExchange.Redis;

namespace ProxyShim.Sandbox.DemoSite;

/// <summary>Stands in for the shim's own listener for clicks (<c>GET /capture.js</c>, <c>POST /clicks</c>), by the same names, until the shim has it.</summary>
internal static class CaptureStandIn
{
    public const string Script = "/capture.js";

    public static void Map(WebApplication app, IDatabase clicks)
    {
        app.MapGet(Script, (RequestDelegate)(context =>
        {
            context.Response.ContentType = "text/javascript; charset=utf-8";
            return context.Response.WriteAsync(Template.Read("capture.js"), context.RequestAborted);
        }));
        app.MapPost("/clicks", (RequestDelegate)(context => KeepAsync(context, clicks)));
    }

    private static async Task KeepAsync(HttpContext context, IDatabase clicks)
    {
        if (await ReadAsync(context) is { } click && KeyOf(click) is { } key)
        {
            click.Remove("customer_key");
            click.Remove("email_sha256");
            click["partner_key"] = LandingClick.Decoded((string?)click["partner_key"] ?? "");
            click["origin"] = context.Request.Host.Value;
            click["ip_address"] = context.Connection.RemoteIpAddress?.ToString();
            click["user_agent"] = context.Request.Headers.UserAgent.ToString();
            await clicks.StringSetAsync(key, click.ToJsonString());
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }
    }

    private static string? KeyOf(JsonObject click) => (Text(click, "xid"), Text(click, "customer_key"), Text(click, "email_sha256")) switch
    {
        ({ Length: > 0 }, { Length: > 0 } customerKey, _) => ClickKey.Of(customerKey),
        ({ Length: > 0 }, _, { Length: > 0 } hash) => ClickKey.OfEmailHash(hash),
        _ => null,
    };

    private static string? Text(JsonObject click, string name) => click[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static async Task<JsonObject?> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
