using ProxyShim.Sandbox.PartnerStack;
using StackExchange.Redis;

namespace ProxyShim.Sandbox;

/// <summary>The clicks that the tour's customers have made: PartnerStack knows whose link each was, and the vendor's site has put it into Redis.</summary>
internal static class SampleClicks
{
    /// <summary>How long before the sandbox has started the one of them was clicked that says so.</summary>
    public static readonly TimeSpan ClickAge = TimeSpan.FromHours(2);

    private static readonly DateTimeOffset s_clicked = TimeProvider.System.GetUtcNow() - ClickAge;

    // In the forms that a site may use (DESIGN.md, "Redis"); the partner is the one whose link it was.
    private static readonly (string CustomerKey, string PartnerKey, string Value)[] s_clicks =
    [
        ("ada", "lovelace", "xid_ada"),
        ("grace", "hopper", $$"""
            {"xid":"xid_grace","partner_key":"hopper","sub_ids":["newsletter","spring"],"origin":"acme.com","ip_address":"203.0.113.7","user_agent":"Mozilla/5.0 (X11; Linux x86_64)","clicked_at":{{s_clicked.ToUnixTimeMilliseconds()}}}
            """),
        ("mary", "somebody_else", """{"xid":"xid_mary","partner_key":"somebody_else"}"""),
        ("jean", "bartik", "xid_jean"),
        ("kathleen", "booth", "xid_kathleen"),
        ("hedy", "lamarr", "xid_hedy"),
        ("joan", "clarke", "xid_joan"),
        ("margaret", "hamilton", "xid_margaret"),
    ];

    // Whose link it was is known at once; the vendor's site is late with it.
    private static readonly (string CustomerKey, string PartnerKey)[] s_late = [("rosalind", "franklin")];

    public static async Task PlantAsync(IDatabase database, SimulatedPartnerStack partnerStack)
    {
        foreach (var (customer, partner) in s_clicks.Select(static click => (click.CustomerKey, click.PartnerKey)).Concat(s_late))
        {
            partnerStack.AddClick($"xid_{customer}", partner);
        }

        await database.StringSetAsync([.. s_clicks.Select(static click =>
            KeyValuePair.Create((RedisKey)ClickKey.Of(click.CustomerKey), (RedisValue)click.Value.Trim()))]);
    }

    /// <summary>What stands in Redis for this customer; null = nothing.</summary>
    public static string? Of(string? customerKey) => s_clicks.FirstOrDefault(click => click.CustomerKey == customerKey).Value?.Trim();
}
