using System.Text.Json;
using ProxyShim.Telemetry.Output;

namespace ProxyShim.Management.Admin;

/// <summary>How things stand and what happened last: what the console reads every two seconds. Neither asks Redis.</summary>
internal sealed class OverviewEndpoints(OverviewReader overview, RecentLines events) : IAdminEndpoints
{
    public const string Overview = "/admin/overview";
    public const string Events = "/admin/events";

    public void Map(AdminRoutes routes)
    {
        routes.Map("GET", Overview, (context, _) => AdminReply.WriteAsync(context, overview.Read(), AdminJson.Default.Overview));
        routes.Map("GET", Events, (context, _) => WriteEventsAsync(context, events));
    }

    // The log's own lines, which config/log-event.schema.json describes: newest first.
    private static async Task WriteEventsAsync(HttpContext context, RecentLines events)
    {
        AdminReply.Begin(context, StatusCodes.Status200OK);
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("events"u8);
        foreach (var line in events.Read())
        {
            json.WriteRawValue(line, skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}
