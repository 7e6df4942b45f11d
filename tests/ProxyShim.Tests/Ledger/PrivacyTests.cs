using ProxyShim.Ledger;
using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>Who a customer is stands in the body and nowhere else.</summary>
[RedisSuite]
public class PrivacyTests(TestRedis redis)
{
    private const string Canary = "canary";

    [Fact]
    public async Task No_key_and_no_value_but_the_body_tells_who_it_is()
    {
        await using var scope = await redis.OpenAsync();
        var under = new LedgerUnderTest(scope);
        foreach (var state in Enum.GetValues<ConversionState>())
        {
            await under.BringToAsync(state, $"{Canary}-{state}");
        }

        var bodies = 0;
        foreach (var key in await scope.KeysAsync())
        {
            Assert.DoesNotContain(Canary, key, StringComparison.OrdinalIgnoreCase);
            foreach (var value in await ValuesAsync(scope.Database, key))
            {
                var isBody = key.Contains(":body:", StringComparison.Ordinal);
                bodies += isBody ? 1 : 0;
                Assert.Equal(isBody, value.Contains(Canary, StringComparison.OrdinalIgnoreCase));
            }
        }

        // Held, claimed, due, ambiguous, sent, dead.
        Assert.Equal(6, bodies);
    }

    private static async Task<IEnumerable<string>> ValuesAsync(IDatabase database, string key) => await database.KeyTypeAsync(key) switch
    {
        RedisType.String => [$"{await database.StringGetAsync(key)}"],
        RedisType.Hash => (await database.HashGetAllAsync(key)).Select(field => $"{field.Name}={field.Value}"),
        RedisType.SortedSet => (await database.SortedSetRangeByRankAsync(key)).Select(member => $"{member}"),
        var type => throw new InvalidOperationException($"A ledger has no {type}."),
    };
}
