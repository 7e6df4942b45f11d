using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using ProxyShim.Clicks;
using ProxyShim.Clicks.Import;
using ProxyShim.Customers;
using ProxyShim.Http;

namespace ProxyShim.Management.Admin;

/// <summary>A customer's click: written, shown and taken away by a client that knows the <c>customer_key</c>, a vendor's back-end for one.</summary>
internal sealed class ClickEndpoints(ClickSearch search, ClickChanges changes) : IAdminEndpoints
{
    public const string Clicks = "/admin/clicks/";

    private const string NoKey = "No template of Clicks:Keys is filled by a customer_key alone; write the click by POST with what the template asks for.";

    public void Map(AdminRoutes routes)
    {
        routes.Map("GET", Clicks + "{**key}", (context, _) => FindAsync(context, search));
        routes.Map("PUT", Clicks + "{**key}", (context, token) => WriteAsync(context, changes, token));
        routes.Map("POST", Clicks + "import", (context, token) => ImportAsync(context, changes, token));
        routes.Map("DELETE", Clicks + "{**key}", (context, token) => DeleteAsync(context, changes, token));
    }

    /// <summary>The query with which nothing is written.</summary>
    public const string DryRun = "dry_run";

    private static async Task ImportAsync(HttpContext context, ClickChanges changes, ManagementToken token)
    {
        // As long as it is, and as slow as the program that writes it into a pipe.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        try
        {
            var report = await changes.ImportAsync(context.Request.Body, context.Request.Query.ContainsKey(DryRun), token.Name, context.RequestAborted);
            await AdminReply.WriteAsync(context, report, AdminJson.Default.ImportReport);
        }
        catch (ImportException exception)
        {
            await AdminReply.FailAsync(context, StatusCodes.Status422UnprocessableEntity, exception.Message);
        }
    }

    private static async Task FindAsync(HttpContext context, ClickSearch search) =>
        await (TryKey(context, out var key) && await search.FindAsync(key) is { } click
            ? AdminReply.WriteAsync(context, ShownClick.Of(click), AdminJson.Default.ShownClick)
            : NoClickAsync(context));

    private static async Task WriteAsync(HttpContext context, ClickChanges changes, ManagementToken token)
    {
        if (!TryKey(context, out var key))
        {
            await AdminReply.FailAsync(context, StatusCodes.Status422UnprocessableEntity, $"Write the customer_key after {Clicks}: 1 to {CustomerKey.MaxUtf8Length} bytes.");
            return;
        }

        if (await ClickBody.ReadAsync(context) is not { } body)
        {
            await AdminReply.FailAsync(context, StatusCodes.Status413PayloadTooLarge, $"A click has at most {ClickForm.MaxLength} bytes.");
            return;
        }

        if (changes.Read(body, out var problem) is not { } reported)
        {
            await AdminReply.FailAsync(context, StatusCodes.Status422UnprocessableEntity, problem!.Write);
            return;
        }

        await (await changes.WriteAsync(key, reported, token.Name) switch
        {
            ClickWriteOutcome.NoKey => AdminReply.FailAsync(context, StatusCodes.Status422UnprocessableEntity, NoKey),
            ClickWriteOutcome.Older => AdminReply.FailAsync(context, StatusCodes.Status409Conflict, "A newer click is there; last click wins. Delete it first if this one shall count."),
            _ => DoneAsync(context),
        });
    }

    private static async Task DeleteAsync(HttpContext context, ClickChanges changes, ManagementToken token) =>
        await (TryKey(context, out var key) && await changes.DeleteAsync(key, token.Name) ? DoneAsync(context) : NoClickAsync(context));

    private static Task NoClickAsync(HttpContext context) =>
        AdminReply.FailAsync(context, StatusCodes.Status404NotFound, "Redis has no click of this customer under its customer_key.");

    private static Task DoneAsync(HttpContext context)
    {
        AdminReply.Begin(context, StatusCodes.Status204NoContent);
        return Task.CompletedTask;
    }

    // The raw target: a customer_key may hold anything, an escaped slash too.
    private static bool TryKey(HttpContext context, out CustomerKey key)
    {
        var path = RawTarget.PathOf(RawTarget.Of(context));
        key = default;
        return path.StartsWith(Clicks, StringComparison.Ordinal) && CustomerKey.TryCreate(Uri.UnescapeDataString(path[Clicks.Length..]), out key);
    }
}
