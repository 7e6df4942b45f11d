using System.Globalization;
using ProxyShim.Benchmarks.Servers;
using StackExchange.Redis;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>The shim's ledger as seen from outside. DESIGN.md, Redis.</summary>
internal sealed class Ledger(RedisServer redis)
{
    private const int Partitions = 16;

    private const string EndWait = """
        local ids = redis.call('ZRANGE', KEYS[1], 0, -1)
        for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], 'XX', 0, id) end
        return #ids
        """;

    /// <summary>Jobs that wait to be sent.</summary>
    public Task<long> DueAsync() => CountAsync("due");

    /// <summary>Conversions that wait to be read back.</summary>
    public Task<long> UnverifiedAsync() => CountAsync("unverified");

    /// <summary>Customers for whom calls wait.</summary>
    public Task<long> KeptAsync() => CountAsync("waiting");

    /// <summary>Ends every wait: whatever would be sent later is due now.</summary>
    public Task MakeDueAsync() => EndWaitAsync("due");

    /// <summary>
    /// Ends every grace: whatever would be read back later is read back now. Kept calls are looked at a second after the read-back that their customer was
    /// to have, so their wait ends as well.
    /// </summary>
    public async Task MakeReadableAsync()
    {
        await EndWaitAsync("unverified");
        await EndWaitAsync("playing");
    }

    private static IEnumerable<RedisKey> Keys(string index) =>
        Enumerable.Range(0, Partitions).Select(partition => (RedisKey)string.Create(CultureInfo.InvariantCulture, $"proxyshim:live:{{p{partition:00}}}:{index}"));

    private async Task EndWaitAsync(string index) => await Task.WhenAll(Keys(index).Select(key => redis.Database.ScriptEvaluateAsync(EndWait, [key])));

    private async Task<long> CountAsync(string index) => (await Task.WhenAll(Keys(index).Select(key => redis.Database.SortedSetLengthAsync(key)))).Sum();
}
