using System.Globalization;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;

namespace ProxyShim.Management.Admin;

/// <summary>Dead letters: listed, replayed, discarded.</summary>
internal sealed class DeadLetterEndpoints(DeadLetters letters, DeadCalls calls) : IAdminEndpoints
{
    public const string Letters = "/admin/dead-letters";

    public void Map(AdminRoutes routes)
    {
        routes.Map("GET", Letters, (context, _) => ListAsync(context, letters, calls));
        routes.Map("POST", Letters + "/replay", (context, token) => ReplayAllAsync(context, letters, token));
        routes.Map("POST", Letters + "/{reference}/replay", (context, token) => ReplayAsync(context, letters, calls, token));
        routes.Map("DELETE", Letters + "/{reference}", (context, token) => DiscardAsync(context, letters, calls, token));
    }

    // ?limit=N: the console, which looks every two seconds, does not want all of them.
    private static async Task ListAsync(HttpContext context, DeadLetters letters, DeadCalls calls)
    {
        var limit = int.MaxValue;
        if (context.Request.Query.TryGetValue("limit", out var text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit == 0))
        {
            await AdminReply.FailAsync(context, StatusCodes.Status400BadRequest, "limit is a whole number from 1.");
            return;
        }

        var list = await letters.ListAsync(limit);
        var dead = await calls.ListAsync(limit);
        await AdminReply.WriteAsync(
            context, new DeadLetterList([.. list.Select(ConversionView.Of)], [.. dead.Select(ShownCall.Of)]), AdminJson.Default.DeadLetterList);
    }

    private static async Task ReplayAllAsync(HttpContext context, DeadLetters letters, ManagementToken token) => await AdminReply.WriteAsync(
        context, new ReplayResult(await letters.ReplayAllAsync(token.Name, context.RequestAborted)), AdminJson.Default.ReplayResult);

    private static async Task ReplayAsync(HttpContext context, DeadLetters letters, DeadCalls calls, ManagementToken token)
    {
        if (CallOf(context) is { } call)
        {
            await (await calls.ReplayAsync(call, token.Name)
                ? AdminReply.WriteAsync(context, new ReplayResult(1), AdminJson.Default.ReplayResult)
                : NoLetterAsync(context));
            return;
        }

        if (await ReferenceAsync(context) is not { } id)
        {
            return;
        }

        await (await letters.ReplayAsync(id, token.Name) switch
        {
            ReviveOutcome.Revived => AdminReply.WriteAsync(context, new ReplayResult(1), AdminJson.Default.ReplayResult),
            ReviveOutcome.NoBody =>
                AdminReply.FailAsync(context, StatusCodes.Status409Conflict, "Its body has expired; only the legacy app can send it again."),
            _ => NoLetterAsync(context),
        });
    }

    private static async Task DiscardAsync(HttpContext context, DeadLetters letters, DeadCalls calls, ManagementToken token)
    {
        bool discarded;
        if (CallOf(context) is { } call)
        {
            discarded = await calls.DiscardAsync(call, token.Name);
        }
        else if (await ReferenceAsync(context) is { } id)
        {
            discarded = await letters.DiscardAsync(id, token.Name);
        }
        else
        {
            return;
        }

        if (discarded)
        {
            AdminReply.Begin(context, StatusCodes.Status204NoContent);
            return;
        }

        await NoLetterAsync(context);
    }

    private static Task NoLetterAsync(HttpContext context) =>
        AdminReply.FailAsync(context, StatusCodes.Status404NotFound, "There is no such dead letter.");

    private static CallReference? CallOf(HttpContext context) =>
        CallReference.TryParse((string?)context.Request.RouteValues["reference"] ?? "", out var reference) ? reference : null;

    private static async ValueTask<ConversionId?> ReferenceAsync(HttpContext context)
    {
        if (ConversionId.TryParse((string?)context.Request.RouteValues["reference"] ?? "", out var id))
        {
            return id;
        }

        await AdminReply.FailAsync(context, StatusCodes.Status404NotFound, "That is no reference; write one of the list, such as 07-9f86d0….");
        return null;
    }
}
