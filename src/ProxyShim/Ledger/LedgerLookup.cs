using ProxyShim.Redis;
using StackExchange.Redis;
using static ProxyShim.Redis.Sockets.ReplyAwaiting;

namespace ProxyShim.Ledger;

/// <summary>A look-up of a customer that has been sent to Redis, and whose reply is read later: kept apart, so that the reply costs no object of its own.</summary>
/// <remarks>
/// By native commands, which cost Redis a fourth of a script (measured: tests/ProxyShim.Benchmarks/report.md). <c>TIME</c> names no key: in a cluster it would
/// be the time of another server than the entry's, and a script is asked there.
/// </remarks>
internal readonly struct LedgerLookup
{
    private LedgerLookup(Task<LedgerReading> reading) => ClusterReading = reading;

    private LedgerLookup(Reply<RedisValue[]> fields, Reply<RedisResult> time) => (Fields, Time) = (fields, time);

    /// <summary>What a cluster replies, where one script reads the entry and the time; null elsewhere.</summary>
    public Task<LedgerReading>? ClusterReading { get; }

    /// <summary>The fields of the entry; not of a cluster.</summary>
    public Reply<RedisValue[]> Fields { get; }

    /// <summary>The time of the server; not of a cluster.</summary>
    public Reply<RedisResult> Time { get; }

    /// <summary>Sends the look-up.</summary>
    public static LedgerLookup Start(IDatabase redis, RedisKey entry) => RedisTopology.IsCluster(redis)
        ? new(LedgerScript.Read.RunAsync(redis, [entry], [], LedgerReading.Read))
        : new(redis.GetFieldsFromMaster(entry, LedgerReading.Fields), redis.AskMasterForTime());

    /// <summary>Waits for the reply and reads it, for a caller that waits for nothing else.</summary>
    public async ValueTask<LedgerReading> ReadAsync() => ClusterReading is { } reading ? await reading : LedgerReading.Read(await Fields, await Time);
}
