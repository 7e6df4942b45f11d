using ProxyShim.Ledger.Kept;
using ProxyShim.Redis;
using ProxyShim.Settlement;

namespace ProxyShim.Management.Admin;

/// <summary>Kept calls that were given up: shown, replayed or discarded.</summary>
internal sealed class DeadCalls(RedisGate redis, KeptCalls kept, KeptCallEvents events)
{
    private const int MostPerPartition = 64;

    /// <summary>Longest dead first; at most 64 of each partition.</summary>
    /// <param name="limit">How many, at least 1.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public async Task<IReadOnlyList<DeadCall>> ListAsync(int limit) => [.. (await kept.DeadAsync(redis.NewBudget(), MostPerPartition)).Take(limit)];

    /// <summary>Has it played after all, behind what waits. False when there is none.</summary>
    /// <param name="by">The name of the token with which a person said so.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer; it may have been done.</exception>
    public async Task<bool> ReplayAsync(CallReference reference, string by) => await JudgeAsync(reference, kept.ReplayAsync, dead => events.Replayed(dead, by));

    /// <summary>Gives it up for good. False when there is none.</summary>
    /// <param name="by">The name of the token with which a person said so.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer; it may have been done.</exception>
    public async Task<bool> DiscardAsync(CallReference reference, string by) => await JudgeAsync(reference, kept.DiscardAsync, dead => events.Discarded(dead, by));

    // Read before: of what is discarded nothing is left that could tell whose it was.
    private async Task<bool> JudgeAsync(CallReference reference, Func<RedisBudget, CallReference, ValueTask<bool>> judge, Action<DeadCall> tell)
    {
        var budget = redis.NewBudget();
        var dead = await kept.FindDeadAsync(budget, reference);
        if (dead is null || !await judge(budget, reference))
        {
            return false;
        }

        tell(dead);
        return true;
    }
}
