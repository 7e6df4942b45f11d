using ProxyShim.CustomerApi;
using ProxyShim.Redis.Sockets;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Finds the click that brought a customer.</summary>
internal sealed class ClickStore(ClickSettings settings)
{
    /// <summary>Reads every key template at once (one pipelined round trip); the first that yields a click wins.</summary>
    public Task<ClickLookup> FindAsync(IDatabase redis, CustomerRequest request) => settings.Format == ClickFormat.Hash
        ? FindAsync(
            redis, request, static (redis, key) => redis.HashGetAllAsync(key, CommandFlags.DemandMaster), static fields => fields.Length > 0, ClickReader.FromHash)
        : FindAsync(
            redis, request, static (redis, key) => redis.StringGetAsync(key, CommandFlags.DemandMaster), static text => !text.IsNull, ClickReader.FromString);

    private async Task<ClickLookup> FindAsync<TValue>(
        IDatabase redis, CustomerRequest request, Func<IDatabase, RedisKey, Task<TValue>> read, Func<TValue, bool> exists, Func<TValue, Click?> understand)
    {
        // All are on their way before the first is awaited.
        var reads = new Task<TValue>?[settings.Keys.Count];
        for (var i = 0; i < reads.Length; i++)
        {
            reads[i] = settings.Keys[i].KeyOf(request) is { } key ? read(redis, key) : null;
        }

        var malformed = false;
        foreach (var reading in reads)
        {
            if (reading is null)
            {
                continue;
            }

            try
            {
                var value = await reading.InTurn();
                if (understand(value) is { } click)
                {
                    return new ClickLookup(click, Malformed: false);
                }

                malformed |= exists(value);
            }
            catch (RedisServerException wrongType) when (wrongType.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
            {
                malformed = true;
            }
        }

        return new ClickLookup(null, malformed);
    }
}
