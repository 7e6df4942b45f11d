using System.Runtime.CompilerServices;
using ProxyShim.Customers;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Redis.Sockets;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Finds the click that brought a customer.</summary>
internal sealed class ClickStore(ClickSettings settings)
{
    /// <summary>Reads every key template at once (one pipelined round trip); the first that yields a click wins.</summary>
    public Task<ClickLookup> FindAsync(IDatabase redis, CustomerRequest request) => FindAsync(redis, CustomerIdentity.Of(request));

    /// <summary>The same in a round trip of its own.</summary>
    /// <param name="operation">Null for what has no span.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer in time.</exception>
    public ValueTask<ClickLookup> FindAsync(RedisBudget budget, RedisOperation? operation, CustomerIdentity customer)
    {
        return operation is null ? budget.RunAsync(Find, (this, customer)) : budget.RunAsync(operation, Find, (this, customer));

        static async ValueTask<ClickLookup> Find(IDatabase database, (ClickStore Clicks, CustomerIdentity Customer) call) =>
            await call.Clicks.FindAsync(database, call.Customer);
    }

    /// <inheritdoc cref="FindAsync(IDatabase, CustomerRequest)"/>
    public async Task<ClickLookup> FindAsync(IDatabase redis, CustomerIdentity customer) => await ParseAsync(StartLookups(redis, customer));

    /// <summary>The first half of it for a request, which may bring its own click: then nothing is asked.</summary>
    public Task?[] StartLookups(RedisPipeline pipeline, CustomerRequest request) =>
        request.Click is null ? StartLookups(pipeline.Database, CustomerIdentity.Of(request)) : [];

    /// <summary>The first half of it: puts a command for each template on its way.</summary>
    /// <returns>The replies, best first; null for a template that asks for more than is known of the customer.</returns>
    public Task?[] StartLookups(IDatabase redis, in CustomerIdentity customer)
    {
        var replies = new Task?[settings.Keys.Count];
        for (var i = 0; i < replies.Length; i++)
        {
            replies[i] = settings.Keys[i].KeyOf(customer) is not { } key ? null
                : settings.Format == ClickFormat.Hash ? redis.GetHashFromMasterAsync(key)
                : redis.GetFromMasterAsync(key);
        }

        return replies;
    }

    /// <summary>The second half for a request.</summary>
    public static ValueTask<ClickLookup> ParseAsync(CustomerRequest request, Task?[] replies) =>
        request.Click is { } own ? new(new ClickLookup(own, Malformed: false)) : ParseAsync(replies);

    /// <summary>The second half: understands the replies.</summary>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    public static async ValueTask<ClickLookup> ParseAsync(Task?[] replies)
    {
        var malformed = false;
        foreach (var reply in replies)
        {
            if (reply is null)
            {
                continue;
            }

            try
            {
                var (click, exists) = reply is Task<HashEntry[]> hash ? Parse(await hash.ResumeInBatch()) : Parse(await ((Task<RedisValue>)reply).ResumeInBatch());
                if (click is not null)
                {
                    return new ClickLookup(click, Malformed: false);
                }

                malformed |= exists;
            }
            catch (RedisServerException wrongType) when (wrongType.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
            {
                malformed = true;
            }
        }

        return new ClickLookup(null, malformed);
    }

    private static (Click? Click, bool Exists) Parse(RedisValue text) => (ClickReader.FromString(text), !text.IsNull);

    private static (Click? Click, bool Exists) Parse(HashEntry[] fields) => (ClickReader.FromHash(fields), fields.Length > 0);
}
