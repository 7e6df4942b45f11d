using StackExchange.Redis;

namespace ProxyShim.Sandbox;

/// <summary>The clicks that a vendor's web site would have put into Redis, in the forms it may use (DESIGN.md, "Redis").</summary>
internal static class SampleClicks
{
    private static readonly (string CustomerKey, string Value)[] s_clicks =
    [
        ("ada", "xid_ada"),
        ("grace", """
            {"xid":"xid_grace","partner_key":"hopper","sub_ids":["newsletter","spring"],"origin":"acme.com","ip_address":"203.0.113.7","user_agent":"Mozilla/5.0 (X11; Linux x86_64)","clicked_at":"2026-01-31T09:30:00Z"}
            """),
        ("mary", """{"xid":"xid_mary","partner_key":"somebody_else"}"""),
        ("jean", "xid_jean"),
        ("kathleen", "xid_kathleen"),
        ("hedy", "xid_hedy"),
        ("joan", "xid_joan"),
        (TourStep.Yours.CustomerKey!, "xid_margaret"),
    ];

    public static async Task PlantAsync(EmbeddedRedis redis)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await connection.GetDatabase().StringSetAsync([.. s_clicks.Select(static click =>
            KeyValuePair.Create((RedisKey)$"click:{click.CustomerKey}", (RedisValue)click.Value))]);
    }

    /// <summary>What stands in Redis for this customer; null = nothing.</summary>
    public static string? Of(string? customerKey) => s_clicks.FirstOrDefault(click => click.CustomerKey == customerKey).Value;
}
