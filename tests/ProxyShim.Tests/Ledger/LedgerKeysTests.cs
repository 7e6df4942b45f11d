using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

[RedisSuite]
public class LedgerKeysTests(TestRedis redis)
{
    [Theory]
    [InlineData("proxyshim:", false, "proxyshim:live:")]
    [InlineData("proxyshim:", true, "proxyshim:test:")]
    [InlineData("shop1:", false, "shop1:live:")]
    [InlineData("", true, "test:")]
    public void Their_names_are_a_contract(string prefix, bool test, string environment)
    {
        var keys = new LedgerKeys(prefix, test);
        var id = LedgerUnderTest.IdOf("123456789");

        Assert.Equal(
            [
                $"{environment}{{p06}}:conversion:{id.Hash}", $"{environment}{{p06}}:body:{id.Hash}",
                $"{environment}{{p06}}:due", $"{environment}{{p06}}:unverified", $"{environment}{{p06}}:dead",
                $"{environment}{{p06}}:held",
            ],
            keys.Of(id).Select(key => key.ToString()));
        Assert.Equal(keys.Of(id)[2..], keys.OfPartition(6)[2..6]);
        Assert.Equal(
            [
                $"{environment}{{p06}}:calls:{id.Hash}", $"{environment}{{p06}}:waiting", $"{environment}{{p06}}:playing", $"{environment}{{p06}}:letters",
            ],
            keys.OfCalls(id)[6..].Select(key => key.ToString()));
        Assert.Equal(keys.OfCalls(id)[7..], keys.OfPartition(6)[7..]);
        Assert.Equal($"{environment}format", keys.Format.ToString());
    }

    // Redis Cluster hashes what stands between the first brace and the next closing one (redis.io, "Hash tags").
    [Fact]
    public void Those_of_one_partition_are_in_one_slot_of_a_cluster()
    {
        var keys = new LedgerKeys("proxyshim:", test: false);
        for (var partition = 0; partition < ConversionId.Partitions; partition++)
        {
            var tags = keys.OfCalls(new ConversionId(partition, new string('0', 64))).Select(key => key.ToString().Split('{', '}')[1]);
            Assert.Equal($"p{partition:00}", Assert.Single(tags.Distinct()));
        }
    }

    [Fact]
    public async Task A_trial_never_burns_a_real_customer()
    {
        await using var scope = await redis.OpenAsync();
        var live = new LedgerUnderTest(scope);
        var test = new LedgerUnderTest(scope, test: true);

        await test.BringToAsync(ConversionState.Sent);

        Assert.Null((await live.Ledger.ReadAsync(live.Budget, LedgerUnderTest.IdOf("customer"))).Entry);
        await live.ClaimAsync();
        Assert.Equal(ConversionState.Sent, (await test.SeeAsync(LedgerUnderTest.IdOf("customer")))!.State);
    }

    [Fact]
    public async Task Every_key_begins_with_the_prefix()
    {
        await using var scope = await redis.OpenAsync();
        var under = new LedgerUnderTest(scope);
        foreach (var state in Enum.GetValues<ConversionState>())
        {
            await under.BringToAsync(state, $"{state}");
        }

        var named = $"^{scope.KeyPrefix}live:{{p[01][0-9]}}:(conversion:[0-9a-f]{{64}}|body:[0-9a-f]{{64}}|due|unverified|dead|held)$";
        Assert.All(await scope.KeysAsync(), key => Assert.Matches(named, key));
    }
}
