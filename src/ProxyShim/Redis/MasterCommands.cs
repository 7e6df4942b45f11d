using System.Net;
using StackExchange.Redis;
using static ProxyShim.Redis.Sockets.ReplyAwaiting;

namespace ProxyShim.Redis;

/// <summary>The commands that clicks and ledger need, each to the master and to no replica.</summary>
/// <remarks>
/// A replica that lags would deny what is known, and StackExchange.Redis asks one when the master is away
/// (https://github.com/StackExchange/StackExchange.Redis/blob/main/src/StackExchange.Redis/Enums/CommandFlags.cs, <c>PreferMaster</c>, its default).
/// </remarks>
internal static class MasterCommands
{
    private const CommandFlags Master = CommandFlags.DemandMaster;

    public static Task<RedisValue> GetFromMasterAsync(this IDatabase redis, RedisKey key) => redis.StringGetAsync(key, Master);

    /// <summary>Writes a key that is not there; false where it is.</summary>
    public static Task<bool> AddOnMasterAsync(this IDatabaseAsync redis, RedisKey key, RedisValue value, TimeSpan life) =>
        redis.StringSetAsync(key, value, life, When.NotExists, Master);

    public static Task<bool> DeleteOnMasterAsync(this IDatabase redis, RedisKey key) => redis.KeyDeleteAsync(key, Master);

    public static Task<bool> ExistsOnMasterAsync(this IDatabase redis, RedisKey key) => redis.KeyExistsAsync(key, Master);

    public static Task<HashEntry[]> GetHashFromMasterAsync(this IDatabase redis, RedisKey key) => redis.HashGetAllAsync(key, Master);

    public static Task<RedisValue> GetFieldFromMasterAsync(this IDatabase redis, RedisKey key, RedisValue field) => redis.HashGetAsync(key, field, Master);

    public static Reply<bool> HasFieldOnMaster(this IDatabase redis, RedisKey key, RedisValue field) => redis.HashExistsAsync(key, field, Master).ResumeInBatch();

    public static Reply<RedisValue[]> GetFieldsFromMaster(this IDatabase redis, RedisKey key, RedisValue[] fields) =>
        redis.HashGetAsync(key, fields, Master).ResumeInBatch();

    /// <summary>The first ones of a sorted set.</summary>
    public static Task<SortedSetEntry[]> GetFirstFromMasterAsync(this IDatabase redis, RedisKey key, int most) =>
        redis.SortedSetRangeByRankWithScoresAsync(key, 0, most - 1, flags: Master);

    /// <summary>The first ones of a sorted set whose score is above another.</summary>
    public static Task<SortedSetEntry[]> GetAboveFromMasterAsync(this IDatabase redis, RedisKey key, double score, int most) =>
        redis.SortedSetRangeByScoreWithScoresAsync(key, score, exclude: Exclude.Start, take: most, flags: Master);

    /// <summary>Asks the one master there is for its clock; not in a cluster, where each has its own.</summary>
    public static Reply<RedisResult> AskMasterForTime(this IDatabase redis) => redis.ExecuteAsync("TIME", [], Master).ResumeInBatch();

    /// <summary>Which server that is; null while it is not known.</summary>
    public static Task<EndPoint?> FindMasterAsync(this IDatabase redis, RedisKey key) => redis.IdentifyEndpointAsync(key, Master);

    /// <summary>Runs a script by its hash.</summary>
    public static Reply<RedisResult> EvaluateOnMaster(this IDatabase redis, byte[] hash, RedisKey[] keys, RedisValue[] arguments) =>
        redis.ScriptEvaluateAsync(hash, keys, arguments, Master).ResumeInBatch();

    /// <summary>Runs a script by its text.</summary>
    public static Reply<RedisResult> EvaluateOnMaster(this IDatabase redis, string text, RedisKey[] keys, RedisValue[] arguments) =>
        redis.ScriptEvaluateAsync(text, keys, arguments, Master).ResumeInBatch();

    /// <summary>Runs a script on this server and no other.</summary>
    public static Task<RedisResult> EvaluateOnMasterAsync(this IServer server, string text, RedisKey[] keys, RedisValue[] arguments) =>
        server.ExecuteAsync("EVAL", [text, keys.Length, .. keys, .. arguments], Master | CommandFlags.NoRedirect);
}
