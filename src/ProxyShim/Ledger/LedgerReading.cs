using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <param name="Now">Redis's clock when it answered.</param>
/// <param name="Entry">What it knows of the customer; null when nothing.</param>
internal readonly record struct LedgerReading(DateTimeOffset Now, LedgerEntry? Entry)
{
    /// <summary>The fields of an entry that <see cref="Entry"/> is made of.</summary>
    public static readonly RedisValue[] Fields = ["state", "xid", "claimed_at", "fingerprint", "lease"];
}
