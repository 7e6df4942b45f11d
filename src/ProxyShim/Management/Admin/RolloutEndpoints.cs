using System.Buffers;
using ProxyShim.Rollout;
using ProxyShim.SwitchOver;

namespace ProxyShim.Management.Admin;

/// <summary>How far the switch-over has come, shown and changed for all replicas.</summary>
internal sealed class RolloutEndpoints(RolloutControl control) : IAdminEndpoints
{
    public const string Rollout = "/admin/rollout";

    public void Map(AdminRoutes routes)
    {
        routes.Map("GET", Rollout, (context, _) => ShowAsync(context, control));
        routes.Map("PUT", Rollout, async (context, token) =>
        {
            if (await ReadAsync(context, control) is { } plan)
            {
                await control.ChangeAsync(plan, token.Name);
                await ShowAsync(context, control);
            }
        });
        routes.Map("DELETE", Rollout, async (context, token) =>
        {
            await control.ChangeAsync(null, token.Name);
            await ShowAsync(context, control);
        });
    }

    private static Task ShowAsync(HttpContext context, RolloutControl control) =>
        AdminReply.WriteAsync(context, ShownRollout.Of(control.Now), RolloutJson.Default.ShownRollout);

    /// <returns>Null when it is refused.</returns>
    private static async ValueTask<RolloutPlan?> ReadAsync(HttpContext context, RolloutControl control)
    {
        var reader = context.Request.BodyReader;
        var result = await reader.ReadAtLeastAsync(RolloutForm.MaxLength + 1, context.RequestAborted);
        var body = result.Buffer.ToArray();
        reader.AdvanceTo(result.Buffer.End);
        if (body.Length > RolloutForm.MaxLength)
        {
            await AdminReply.FailAsync(context, StatusCodes.Status413PayloadTooLarge, $"A rollout has at most {RolloutForm.MaxLength} bytes.");
            return null;
        }

        var form = new RolloutForm(control.Now.Plan, control.Bounds);
        var plan = form.Read(body);
        if (form.Wrong.Count == 0)
        {
            return plan;
        }

        var error = "Nothing was changed. " + string.Join(" ", form.Wrong.Select(wrong => $"{wrong.Field}: {wrong.Wrong}; {wrong.Write}."));
        await AdminReply.WriteAsync(context, new RolloutRefusal(error, form.Wrong), RolloutJson.Default.RolloutRefusal, StatusCodes.Status422UnprocessableEntity);
        return null;
    }
}
