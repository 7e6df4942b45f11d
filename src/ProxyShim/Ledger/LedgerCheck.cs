using ProxyShim.Redis.Health;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>Tries what the ledger needs of Redis, in each partition: in a Cluster each may be on another server.</summary>
internal sealed class LedgerCheck(LedgerSettings settings) : IRedisCheck
{
    public async Task CheckAsync(IDatabase redis)
    {
        await redis.StringSetAsync(settings.Keys.Format, LedgerStartupCheck.Format, when: When.NotExists);
        await ProbeAsync(redis);
    }

    /// <summary>The same, and nothing is left behind.</summary>
    public async Task ProbeAsync(IDatabase redis)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, ConversionId.Partitions)
                .Select(number => LedgerScript.Probe.RunAsync(redis, settings.Keys.OfProbe(number), [RedisValue.EmptyString], static reply => reply)));
        }
        catch (RedisServerException refused) when (LedgerScript.Probe.RefusedCommand(refused.Message) is { } command)
        {
            throw new RedisRefusedException(command, refused);
        }
    }
}
