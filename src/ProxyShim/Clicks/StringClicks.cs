using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Writes clicks as strings. Where a customer has one already the newer one stays.</summary>
internal static class StringClicks
{
    private static readonly RedisScript s_write = new(RedisScript.Load("ProxyShim.Clicks.Scripts.write-string.lua"));

    /// <summary>Writes one, in one round trip.</summary>
    /// <param name="life">In milliseconds, above 0.</param>
    public static async Task<ClickWriteOutcome> WriteAsync(IDatabase redis, RedisKey key, RedisValue click, long life) =>
        (await RunAsync(redis, [key], [click, life]))[0];

    /// <summary>Writes many. Most customers of a file have no click yet: a command of its own costs Redis two thirds of what the script takes for it.</summary>
    /// <param name="lives">In milliseconds, above 0.</param>
    /// <returns>What became of each.</returns>
    public static async Task<ClickWriteOutcome[]> WriteAsync(IDatabase redis, RedisKey[] keys, RedisValue[] clicks, long[] lives)
    {
        var outcomes = new ClickWriteOutcome[keys.Length];
        if (await AddAsync(redis, keys, clicks, lives) is { Length: > 0 } taken)
        {
            // In a Cluster they are not of one slot.
            int[][] groups = RedisTopology.IsCluster(redis) ? [.. taken.Select(static i => new[] { i })] : [taken];
            await Task.WhenAll(groups.Select(group => JudgeAsync(redis, keys, clicks, lives, group, outcomes)));
        }

        return outcomes;
    }

    /// <returns>The places of those whose key is taken.</returns>
    private static async Task<int[]> AddAsync(IDatabase redis, RedisKey[] keys, RedisValue[] clicks, long[] lives)
    {
        var batch = redis.CreateBatch();
        var added = new Task<bool>[keys.Length];
        for (var i = 0; i < added.Length; i++)
        {
            added[i] = batch.AddOnMasterAsync(keys[i], clicks[i], TimeSpan.FromMilliseconds(lives[i]));
        }

        batch.Execute();
        List<int> taken = [];
        for (var i = 0; i < added.Length; i++)
        {
            // The last one first: one server answers in order, so nothing else is waited for.
            _ = i == 0 && await added[^1];
            if (!await added[i])
            {
                taken.Add(i);
            }
        }

        return [.. taken];
    }

    // The same file again: most are there as they are.
    private static async Task JudgeAsync(IDatabase redis, RedisKey[] keys, RedisValue[] clicks, long[] lives, int[] places, ClickWriteOutcome[] outcomes)
    {
        var present = await redis.GetManyFromMasterAsync(Array.ConvertAll(places, i => keys[i]));
        List<int> different = [];
        for (var i = 0; i < places.Length; i++)
        {
            outcomes[places[i]] = ClickWriteOutcome.Same;
            if (present[i] != clicks[places[i]])
            {
                different.Add(places[i]);
            }
        }

        if (different.Count == 0)
        {
            return;
        }

        var judged = await RunAsync(redis, [.. different.Select(i => keys[i])], [.. different.SelectMany(i => new[] { clicks[i], lives[i] })]);
        for (var i = 0; i < judged.Length; i++)
        {
            outcomes[different[i]] = judged[i];
        }
    }

    private static Task<ClickWriteOutcome[]> RunAsync(IDatabase redis, RedisKey[] keys, RedisValue[] arguments) =>
        s_write.RunAsync(redis, keys, arguments, static reply => Array.ConvertAll(((string)reply!).ToCharArray(), ClickWriteOutcomes.OfLetter));
}
