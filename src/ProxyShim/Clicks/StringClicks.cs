using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Writes clicks as strings. Where a customer has one already the newer one stays.</summary>
internal static class StringClicks
{
    private static readonly RedisScript s_write = new(RedisScript.Load("ProxyShim.Clicks.Scripts.write-string.lua"));

    /// <summary>Writes one, in one round trip.</summary>
    public static async ValueTask<ClickWriteOutcome> WriteAsync(IDatabase redis, PreparedClick click) => (await RunAsync(redis, [click]))[0];

    /// <summary>
    /// Writes many. Most customers of a file have no click yet: a command of its own costs Redis two thirds of what the script takes for it (measured:
    /// tests/ProxyShim.Benchmarks/report.md).
    /// </summary>
    /// <returns>What became of each.</returns>
    public static async Task<ClickWriteOutcome[]> WriteAsync(IDatabase redis, PreparedClick[] clicks)
    {
        var outcomes = new ClickWriteOutcome[clicks.Length];
        if (await AddAsync(redis, clicks) is { Length: > 0 } taken)
        {
            // In a Cluster they are not of one slot (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
            int[][] groups = RedisTopology.IsCluster(redis) ? [.. taken.Select(static i => new[] { i })] : [taken];
            await Task.WhenAll(groups.Select(places => JudgeAsync(redis, clicks, places, outcomes)));
        }

        return outcomes;
    }

    /// <returns>The places of those whose key is taken.</returns>
    private static async Task<int[]> AddAsync(IDatabase redis, PreparedClick[] clicks)
    {
        var batch = redis.CreateBatch();
        var added = Array.ConvertAll(clicks, click => batch.AddOnMasterAsync(click.Key, click.Text, TimeSpan.FromMilliseconds(click.Life)));
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

    private static async Task JudgeAsync(IDatabase redis, PreparedClick[] clicks, int[] places, ClickWriteOutcome[] outcomes)
    {
        var judged = await RunAsync(redis, Array.ConvertAll(places, i => clicks[i]));
        for (var i = 0; i < judged.Length; i++)
        {
            outcomes[places[i]] = judged[i];
        }
    }

    private static ValueTask<ClickWriteOutcome[]> RunAsync(IDatabase redis, PreparedClick[] clicks) => s_write.RunAsync(
        redis,
        Array.ConvertAll(clicks, static click => click.Key),
        [.. clicks.SelectMany(static click => new RedisValue[] { click.Text, click.Life })],
        static reply => Array.ConvertAll(((string)reply!).ToCharArray(), ClickWriteOutcomes.OfLetter));
}
