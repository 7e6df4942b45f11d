using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <param name="Now">Redis's clock when it answered.</param>
/// <param name="Entry">What it knows of the customer; null when nothing.</param>
internal readonly record struct LedgerReading(DateTimeOffset Now, LedgerEntry? Entry)
{
    /// <summary>The fields of an entry that <see cref="Entry"/> is made of, in their order; <c>read.lua</c> reads the same.</summary>
    public static readonly RedisValue[] Fields = FieldNames.Of("state", "xid", "claimed_at", "fingerprint", "lease");

    /// <exception cref="FormatException">A newer version has written a state that this one does not know.</exception>
    private static LedgerReading Read(DateTimeOffset now, ReadOnlySpan<RedisValue> fields)
    {
        if (fields[0].IsNull)
        {
            return new LedgerReading(now, null);
        }

        var state = Lifecycle.Parse(fields[0]!);
        return new LedgerReading(now, new LedgerEntry(
            state, (string?)fields[1] ?? "", LedgerReply.Time(fields[2]), (string?)fields[3] ?? "",
            state == ConversionState.Claimed && !fields[4].IsNull && LedgerReply.Time(fields[4]) > now));
    }

    /// <summary>What <c>HMGET</c> and <c>TIME</c> reply.</summary>
    /// <exception cref="FormatException">A newer version has written a state that this one does not know.</exception>
    public static LedgerReading Read(RedisValue[] fields, RedisResult time) => Read(LedgerReply.ServerTime(time), fields);

    /// <summary>What <c>read.lua</c> replies.</summary>
    public static LedgerReading Read(RedisResult reply)
    {
        var values = (RedisValue[])reply!;
        return Read(LedgerReply.Time(values[0]), values.AsSpan(1));
    }
}
