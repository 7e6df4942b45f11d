using System.Text.Json.Nodes;

namespace ProxyShim.Sandbox.PartnerStack.Control;

/// <summary>
/// The body of <c>POST /clicks</c>, such as <c>{"customer_key":"edith","partner_key":"clarke","sub_ids":["blog"]}</c>: a visitor has followed this partner's
/// link, and will be this customer.
/// </summary>
/// <param name="CustomerKey">Whom the vendor's site keeps the click for.</param>
/// <param name="Xid">The click id: the one that is given, or a new one.</param>
/// <param name="PartnerKey">Whose link it was.</param>
/// <param name="Click">The click as the shim reads it, with what else is known of the visitor.</param>
internal sealed record ClickRequest(string CustomerKey, string Xid, string PartnerKey, JsonObject Click)
{
    private static readonly string[] s_more = ["origin", "ip_address", "user_agent", "external_type", "clicked_at"];

    /// <summary>Null, and the body's problem, when it is no such request.</summary>
    public static ClickRequest? Read(ControlBody body, Random random)
    {
        var customerKey = body.Text("customer_key", isRequired: true);
        var partnerKey = body.Text("partner_key", isRequired: true);
        var xid = body.Text("xid") ?? RandomKey.From(random);
        var click = new JsonObject { ["xid"] = xid, ["partner_key"] = partnerKey };
        if (body.Texts("sub_ids") is { } subIds)
        {
            click["sub_ids"] = new JsonArray([.. subIds.Select(static id => JsonValue.Create(id))]);
        }

        foreach (var name in s_more)
        {
            if (body.Text(name) is { } value)
            {
                click[name] = value;
            }
        }

        return body.Problem is null ? new(customerKey!, xid, partnerKey!, click) : null;
    }
}
