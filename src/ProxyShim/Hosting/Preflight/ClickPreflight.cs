using ProxyShim.Clicks;
using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.Hosting.Preflight;

/// <summary>Looks whether there are clicks where the shim will look for them. Bounded: a shared Redis may hold millions of other keys.</summary>
internal static class ClickPreflight
{
    private const string Part = "clicks";
    private const int MostFound = 1000;
    private const int Sample = 20;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    public static async Task<Finding> LookAsync(ClickSettings settings, IConnectionMultiplexer connection, TimeProvider time)
    {
        var template = settings.Keys[0];
        try
        {
            var (keys, isWhole) = await FindAsync(template, connection, time);
            if (keys.Count == 0)
            {
                return Finding.Warning(
                    Part, "none", $"no key matches {template}{(isWhole ? "" : " among the first that were looked at")}",
                    "every sign-up would be a fallback (no_click), unless the site has not begun to write clicks", "compare a key in Redis with Clicks:Keys");
            }

            var sample = keys.Take(Sample).ToList();
            var readable = 0;
            foreach (var key in sample)
            {
                readable += await IsClickAsync(settings, connection.GetDatabase(), key) ? 1 : 0;
            }

            var count = $"{(isWhole ? "" : "at least ")}{keys.Count} key(s) match {template}; of {sample.Count} that were read {readable} hold a click";
            return readable > 0
                ? Finding.Well(Part, count)
                : Finding.Fault(
                    Part, "malformed", count, "every sign-up would be a fallback (malformed_click)", "store a click as its xid or as JSON with an xid, or set Clicks:Format");
        }
        catch (Exception exception) when (RedisGate.IsUnavailable(exception))
        {
            return Finding.Warning(
                Part, "unknown", "the Redis user may not look for keys (SCAN)", "whether there are clicks is not known; the shim itself does not need it",
                "grant +scan for this check, or look by hand");
        }
    }

    private static async Task<(List<RedisKey> Keys, bool IsWhole)> FindAsync(ClickKeyTemplate template, IConnectionMultiplexer connection, TimeProvider time)
    {
        var keys = new List<RedisKey>();
        var start = time.GetTimestamp();
        foreach (var server in connection.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
        {
            await foreach (var key in server.KeysAsync(pattern: template.Pattern, pageSize: 500))
            {
                keys.Add(key);
                if (keys.Count >= MostFound || time.GetElapsedTime(start) > s_timeout)
                {
                    return (keys, false);
                }
            }
        }

        return (keys, true);
    }

    private static async Task<bool> IsClickAsync(ClickSettings settings, IDatabase redis, RedisKey key)
    {
        try
        {
            return settings.Format == ClickFormat.Hash
                ? ClickReader.FromHash(await redis.HashGetAllAsync(key)) is not null
                : ClickReader.FromString(await redis.StringGetAsync(key)) is not null;
        }
        catch (RedisServerException wrongType) when (wrongType.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            return false;
        }
    }
}
