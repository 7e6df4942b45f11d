using System.Security.Cryptography;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using ProxyShim.Tests.Golden;
using Xunit;

namespace ProxyShim.EndToEnd.Settings;

/// <summary>Where clicks stand in Redis, and how.</summary>
[RedisSuite]
public sealed class ClickSettingsTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_key_with_a_click_wins()
    {
        await using var keys = await redis.OpenAsync();
        await using var stand = await Stand.StartAsync(
            redis, Cancellation,
            ("Clicks:Keys:0", keys.Key("{provider_key}")), ("Clicks:Keys:1", keys.Key("{email}")), ("Clicks:Keys:2", keys.Key("sha:{email_sha256}")),
            ("Clicks:Keys:3", keys.Key("{customer_key}")));
        var customer = Stand.NewKey();
        var email = $"{customer}@example.com";
        string[] places = [customer, $"sha:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email)))}", email, $"cus_{customer}"];

        // Each of the same person under another customer_key, with one more click to find.
        foreach (var (place, i) in places.Select((place, i) => (place, i)))
        {
            await keys.Database.StringSetAsync(keys.Key(place), $"xid-{i}");
            var key = i == 0 ? customer : Stand.NewKey();
            var body = $$"""{"customer_key":"{{key}}","email":"{{email.ToUpperInvariant()}}","partner_key":"partner","provider_key":"cus_{{customer}}"}""";

            Assert.Equal("converted", (await stand.PostAsync(body, Cancellation)).Outcome);
            Assert.Equal($"xid-{i}", stand.Conversions.Single(conversion => conversion.CustomerKey == key).Xid);
        }
    }

    [Fact]
    public async Task Clicks_may_be_hashes()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Clicks:Format", "Hash"));
        var key = Stand.NewKey();
        await stand.Redis.Database.HashSetAsync(
            stand.Redis.Key($"click:{key}"), [new("xid", "xid-1"), new("partner_key", "partner"), new("sub_ids", "a,b"), new("ip_address", "203.0.113.7")]);

        var answer = await stand.PostAsync(Stand.Body(key, more: ""), Cancellation);

        Assert.Equal("converted", answer.Outcome);
        Assert.Equal(
            JsonTokens.Of($$"""{"xid":"xid-1","customer_key":"{{key}}","email":"{{key}}@example.com","ip_address":"203.0.113.7","sub_ids":["a","b"]}"""),
            JsonTokens.Of(Assert.Single(stand.Conversions).Json));
    }

    [Fact]
    public async Task A_call_may_bring_its_click_and_what_is_forwarded_stays_as_it_came()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Clicks:FromRequest:0", "xid"), ("Clicks:FromRequest:1", "meta.ps_xid"));
        var key = await stand.NewCustomerAsync("xid-in-redis");

        Assert.Equal("converted", (await stand.PostAsync(Stand.Body(key, """
            "meta":{"plan":"pro","ps_xid":"xid-of-request"}
            """), Cancellation)).Outcome);
        Assert.Equal(
            JsonTokens.Of($$$"""{"xid":"xid-of-request","customer_key":"{{{key}}}","email":"{{{Canaries.EmailOf(key)}}}","meta":{"plan":"pro"}}"""),
            JsonTokens.Of(Assert.Single(stand.Conversions).Json));

        // Refused for good, the Customer API gets what the app has sent, letter by letter.
        stand.Reset();
        stand.PartnerStack.ConversionApi.EnqueueFaults(Fault.Status(400, "{}"));
        var body = Stand.Body(Stand.NewKey(), """
            "xid": "xid-1" ,"meta":{ "ps_xid":"xid-2", "n":1.50 }
            """);
        Assert.Equal("fallback", (await stand.EventOfAsync(await stand.PostAsync(body, Cancellation), Cancellation)).GetProperty("Outcome").GetString());
        Assert.Equal(body, Assert.Single(stand.Forwarded).BodyText);

        // What holds no click id is looked up as ever.
        stand.Reset();
        var other = await stand.NewCustomerAsync("xid-in-redis");
        Assert.Equal("converted", (await stand.PostAsync(Stand.Body(other, """
            "meta":{"ps_xid":"no id"}
            """), Cancellation)).Outcome);
        Assert.Equal("xid-in-redis", Assert.Single(stand.Conversions).Xid);
    }
}
