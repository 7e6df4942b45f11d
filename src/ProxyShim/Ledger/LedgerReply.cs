using System.Globalization;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>Reads what the scripts reply.</summary>
internal static class LedgerReply
{
    /// <summary>How a claim ended.</summary>
    public static ClaimOutcome Claim(RedisResult reply) => Text(reply) switch
    {
        "claimed" => ClaimOutcome.Claimed,
        "known" => ClaimOutcome.Known,
        _ => ClaimOutcome.Late,
    };

    /// <summary>How a change ended that only the holder of a lease may make.</summary>
    public static FencedWrite Fenced(RedisResult reply) => Text(reply) switch
    {
        "stale" => FencedWrite.StaleLease,
        "missing" => FencedWrite.NotFound,
        _ => FencedWrite.Applied,
    };

    /// <summary>What was taken: take.lua, take_read_back.lua and take_held.lua begin alike.</summary>
    public static LedgerJob Job(ConversionId id, LeaseToken token, RedisResult[] reply) => new(
        id, token, Time(reply[1]), ClaimedAt: Time(reply[9]), TriedSince: Time(reply[3]), Number(reply[2]), MaybeLanded: Text(reply[4]) == "1",
        Text(reply[5]), Text(reply[6]), Text(reply[7]), (byte[]?)reply[8] is { } body ? body : (ReadOnlyMemory<byte>?)null);

    /// <summary>A list of conversions of one partition.</summary>
    public static IReadOnlyList<ConversionId> Ids(int partition, RedisResult list) =>
        [.. ((RedisValue[])list!).Select(hash => new ConversionId(partition, hash!))];

    public static string Text(RedisResult value) => (string?)value ?? "";

    public static int Number(RedisResult value) => int.TryParse(Text(value), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>A score: servers write it as an integer, with a decimal point or with an exponent.</summary>
    public static DateTimeOffset Time(RedisResult value) => Time((RedisValue)value);

    /// <inheritdoc cref="Time(RedisResult)"/>
    public static DateTimeOffset Time(RedisValue value) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)double.Parse((string?)value ?? "", CultureInfo.InvariantCulture));

    /// <summary>Of <c>TIME</c>: seconds, and microseconds of the next one (https://redis.io/docs/latest/commands/time/).</summary>
    public static DateTimeOffset ServerTime(RedisResult reply) => DateTimeOffset.FromUnixTimeMilliseconds(((long)reply[0] * 1000) + ((long)reply[1] / 1000));

    /// <summary>A duration as the scripts take it.</summary>
    public static RedisValue Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}
