using ProxyShim.Redis;
using StackExchange.Redis;
using static ProxyShim.Redis.Sockets.ReplyAwaiting;

namespace ProxyShim.Ledger;

/// <summary>What is known of a customer? Asked, and not answered yet: the two are apart, so that the answer costs no object of its own.</summary>
/// <remarks>
/// By native commands, which cost Redis a fourth of a script. <c>TIME</c> names no key: in a cluster it would be the time of another server than the entry's, and
/// a script is asked there.
/// </remarks>
internal readonly struct LedgerQuestion
{
    private LedgerQuestion(Task<LedgerReading> whole) => Whole = whole;

    private LedgerQuestion(Reply<RedisValue[]> fields, Reply<RedisResult> time) => (Fields, Time) = (fields, time);

    /// <summary>The answer of a cluster; null elsewhere.</summary>
    public Task<LedgerReading>? Whole { get; }

    /// <summary>The entry's, elsewhere.</summary>
    public Reply<RedisValue[]> Fields { get; }

    /// <summary>The server's, elsewhere.</summary>
    public Reply<RedisResult> Time { get; }

    /// <summary>Sends it.</summary>
    public static LedgerQuestion Ask(IDatabase redis, RedisKey entry) => RedisTopology.IsCluster(redis)
        ? new(LedgerScript.Read.RunAsync(redis, [entry], [], LedgerReading.Read))
        : new(redis.GetFieldsFromMaster(entry, LedgerReading.Fields), redis.AskMasterForTime());

    /// <summary>Waits for the answer, in who has nothing else to wait for.</summary>
    public async Task<LedgerReading> ReadAsync() => Whole is { } whole ? await whole : LedgerReading.Read(await Fields, await Time);
}
