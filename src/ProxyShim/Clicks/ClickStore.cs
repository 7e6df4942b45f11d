using ProxyShim.CustomerApi;
using ProxyShim.Redis.Sockets;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Finds the click that brought a customer.</summary>
internal sealed class ClickStore(ClickSettings settings)
{
    /// <summary>Reads every key template at once (one pipelined round trip); the first that yields a click wins.</summary>
    public async Task<ClickLookup> FindAsync(IDatabase redis, CustomerRequest request)
    {
        var reads = new List<Task<(Click? Click, bool Exists)>>(settings.Keys.Count);
        foreach (var template in settings.Keys)
        {
            if (template.KeyOf(request) is { } key)
            {
                reads.Add(settings.Format == ClickFormat.Hash ? ReadHashAsync(redis, key) : ReadStringAsync(redis, key));
            }
        }

        var malformed = false;
        foreach (var read in reads)
        {
            var (click, exists) = await read;
            if (click is not null)
            {
                return new ClickLookup(click, Malformed: false);
            }

            malformed |= exists;
        }

        return new ClickLookup(null, malformed);
    }

    private static async Task<(Click? Click, bool Exists)> ReadStringAsync(IDatabase redis, string key)
    {
        try
        {
            var value = await redis.StringGetAsync(key, CommandFlags.DemandMaster).InTurn();
            return (value.IsNull ? null : ClickReader.FromString(value), !value.IsNull);
        }
        catch (RedisServerException wrongType) when (IsWrongType(wrongType))
        {
            return (null, true);
        }
    }

    private static async Task<(Click? Click, bool Exists)> ReadHashAsync(IDatabase redis, string key)
    {
        try
        {
            var entries = await redis.HashGetAllAsync(key, CommandFlags.DemandMaster).InTurn();
            return (entries.Length == 0 ? null : ClickReader.FromHash(entries), entries.Length > 0);
        }
        catch (RedisServerException wrongType) when (IsWrongType(wrongType))
        {
            return (null, true);
        }
    }

    private static bool IsWrongType(RedisServerException exception) => exception.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal);
}
