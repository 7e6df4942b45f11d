using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>What sites really keep for a click: words for nothing, somebody's address, the partner's key in base64, and whatever a visitor's browser sent.</summary>
[RedisSuite]
public sealed class ClickValueTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // The organic customer is created through the Customer API, and is no phantom.
    [Theory]
    [InlineData("undefined")]
    [InlineData("None")]
    [InlineData("[]")]
    [InlineData("(null)")]
    [InlineData("""{"xid":"null"}""")]
    [InlineData("""{"xid":0,"partner_key":"partner"}""")]
    [InlineData("jane@acme.com")]
    [InlineData("""{"xid":"amFuZUBhY21lLmNvbQ"}""")]
    public async Task A_word_for_nothing_or_an_address_is_no_click(string value)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);

        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync(value)), Cancellation);

        Assert.Empty(stand.Conversions);
        Assert.Single(stand.Forwarded);
        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(("fallback", "malformed_click"), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));
    }

    [Theory]
    [InlineData("cGFydG5lcg", "converted", "partner")]
    [InlineData("cGFydG5lcg==", "converted", "partner")]
    [InlineData("partner", "converted", "partner")]
    [InlineData("undefined", "converted", "partner")]
    [InlineData("c29tZWJvZHktZWxzZQ", "fallback", "partner")]
    public async Task A_partner_key_in_base64_is_the_same_partner(string kept, string outcome, string logged)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        var key = await stand.NewCustomerAsync($$"""{"xid":"xid-1","partner_key":"{{kept}}"}""");

        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal(outcome == "converted" ? 1 : 0, stand.PartnerStack.ConversionsFor(key));
        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(
            (outcome, logged, outcome != "converted"),
            (line.GetProperty("Outcome").GetString(), line.GetProperty("PartnerKey").GetString(), line.GetProperty("PartnerMismatch").GetBoolean()));
    }

    [Fact]
    public async Task What_a_visitor_made_too_long_is_left_out_and_told()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        var key = await stand.NewCustomerAsync($$"""{"xid":"xid-1","ip_address":"203.0.113.7","user_agent":"{{new string('o', 10_000)}}"}""");

        var answer = await stand.PostAsync(Stand.Body(key, more: ""), Cancellation);

        var sent = JsonElement.Parse(Assert.Single(stand.Conversions).Json);
        Assert.Equal("203.0.113.7", sent.GetProperty("ip_address").GetString());
        Assert.False(sent.TryGetProperty("user_agent", out _));
        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(("converted", "click_cut"), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));
    }

    [Fact]
    public async Task A_value_of_megabytes_is_no_click()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        var key = await stand.NewCustomerAsync($$"""{"xid":"xid-1","origin":"{{new string('o', 2_000_000)}}"}""");

        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Empty(stand.Conversions);
        Assert.Equal("malformed_click", (await stand.EventOfAsync(answer, Cancellation)).GetProperty("Reason").GetString());
    }
}
