using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Testing;
using ProxyShim.Tests.CustomerApi;
using ProxyShim.Tests.Redis;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Clicks;

[RedisSuite]
public class ClickStoreTests(TestRedis redis)
{
    [Fact]
    public async Task The_first_template_with_a_click_wins()
    {
        await using var scope = await redis.OpenAsync();
        await scope.Database.StringSetAsync(scope.Key("b:ann@example.com"), "xid-b");
        var store = Store(scope, "a:{customer_key}", "b:{email}", "c:{customer_key}");
        Assert.Equal("xid-b", (await store.FindAsync(scope.Database, Read.Request())).Click?.Xid.Value);

        await scope.Database.StringSetAsync(scope.Key("c:c-1"), "xid-c");
        Assert.Equal("xid-b", (await store.FindAsync(scope.Database, Read.Request())).Click?.Xid.Value);

        await scope.Database.StringSetAsync(scope.Key("a:c-1"), "xid-a");
        Assert.Equal("xid-a", (await store.FindAsync(scope.Database, Read.Request())).Click?.Xid.Value);
    }

    [Fact]
    public async Task Nothing_anywhere_is_a_miss_that_is_not_malformed()
    {
        await using var scope = await redis.OpenAsync();

        Assert.Equal(new ClickLookup(null, Malformed: false), await Store(scope, "{customer_key}", "{provider_key}").FindAsync(scope.Database, Read.Request()));
    }

    [Fact]
    public async Task A_malformed_click_is_passed_over_for_a_good_one()
    {
        await using var scope = await redis.OpenAsync();
        await scope.Database.StringSetAsync(scope.Key("a:c-1"), "no xid");
        var store = Store(scope, "a:{customer_key}", "b:{customer_key}");
        Assert.Equal(new ClickLookup(null, Malformed: true), await store.FindAsync(scope.Database, Read.Request()));

        await scope.Database.StringSetAsync(scope.Key("b:c-1"), "xid-b");
        var lookup = await store.FindAsync(scope.Database, Read.Request());

        Assert.Equal(("xid-b", false), (lookup.Click?.Xid.Value, lookup.Malformed));
    }

    [Theory]
    [InlineData("Auto")]
    [InlineData("Hash")]
    public async Task A_value_of_another_type_is_malformed(string format)
    {
        await using var scope = await redis.OpenAsync();
        await scope.Database.ListLeftPushAsync(scope.Key("c-1"), "xid");

        var lookup = await StoreOf(scope, format, "{customer_key}").FindAsync(scope.Database, Read.Request());

        Assert.Equal(new ClickLookup(null, Malformed: true), lookup);
    }

    [Fact]
    public async Task All_keys_are_read_in_one_round_trip()
    {
        var (database, pending) = PendingRedis.Create();
        var store = new ClickStore(Given.Settings(("Clicks:Keys:0", "a:{customer_key}"), ("Clicks:Keys:1", "b:{email}"), ("Clicks:Keys:2", "c:{provider_key}")).Clicks);

        var finding = store.FindAsync(database, Read.Request());

        // The third one asks for what the request does not say.
        Assert.Equal(["a:c-1", "b:ann@example.com"], pending.Keys);
        pending.Answer("xid-1");
        Assert.Equal("xid-1", (await finding).Click?.Xid.Value);
        Assert.Equal(2, pending.Keys.Count);
    }

    [Fact]
    public async Task Clicks_may_be_hashes()
    {
        await using var scope = await redis.OpenAsync();
        await scope.Database.HashSetAsync(scope.Key("c-1"), [new("xid", "xid-1"), new("partner_key", "partner"), new("sub_ids", "a,b")]);

        var (click, malformed) = await StoreOf(scope, "Hash", "{customer_key}").FindAsync(scope.Database, Read.Request());

        Assert.False(malformed);
        Assert.Equal(("xid-1", "partner"), (click!.Xid.Value, click.PartnerKey));
        Assert.Equal(["a", "b"], click.SubIds!);
        Assert.True((await Store(scope, "{customer_key}").FindAsync(scope.Database, Read.Request())).Malformed);
    }

    [Theory]
    [InlineData("ключ 😀")]
    [InlineData("a b\r\nGET x\0")]
    [InlineData("*?[a-z]{x}")]
    public async Task Any_customer_key_is_a_Redis_key(string customerKey)
    {
        await using var scope = await redis.OpenAsync();
        await scope.Database.StringSetAsync(scope.Key(customerKey), "xid-1");

        Assert.Equal("xid-1", (await Store(scope, "{customer_key}").FindAsync(scope.Database, Read.Request(customerKey))).Click?.Xid.Value);
    }

    private static ClickStore Store(RedisScope scope, params string[] templates) => StoreOf(scope, "Auto", templates);

    private static ClickStore StoreOf(RedisScope scope, string format, params string[] templates)
        => new(Given.Settings([("Clicks:Format", format), .. templates.Select((text, i) => ($"Clicks:Keys:{i}", (string?)scope.Key(text)))]).Clicks);
}
