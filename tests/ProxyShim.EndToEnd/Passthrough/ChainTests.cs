using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Passthrough;

/// <summary>Click, sign-up, sale: the log tells which partner and which subID bring customers who pay, and how long it takes.</summary>
[RedisSuite]
public sealed class ChainTests(TestRedis redis)
{
    private static readonly (string Key, string? Value)[] s_quick =
        [("Verification:Grace", "00:00:00.200"), ("Verification:Interval", "00:00:00.200"), ("Delivery:Schedule:0", "00:00:00.200")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Keep")]
    [InlineData("PassThrough")]
    public async Task A_sale_names_what_brought_its_customer(string mode)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, [.. s_quick, ("FollowUps:Mode", mode)]);
        stand.PartnerStack.Lag = TimeSpan.Zero;
        var signUp = await SignUpAsync(stand);
        await stand.Shim.WaitForLogAsync("it is verified", line => IsEvent(line, "ConversionVerified"), Cancellation);

        var answer = await SellAsync(stand, signUp.Key);

        Assert.Equal(200, answer.Status);
        var sale = await stand.EventOfAsync(answer, Cancellation);
        AssertChain(sale, signUp.Line, stand);
        Assert.Equal("passthrough", sale.GetProperty("Outcome").GetString());
        Assert.Equal("blog|top", signUp.Line.GetProperty("SubIds").GetString());
        Assert.InRange(signUp.Line.GetProperty("ClickAgeMs").GetDouble(), 3_599_000, 4_000_000);
    }

    [Fact]
    public async Task A_sale_that_came_too_early_names_it_once_it_is_played()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, [.. s_quick, ("Verification:Grace", "00:00:03")]);
        stand.PartnerStack.Lag = TimeSpan.FromSeconds(2);
        var signUp = await SignUpAsync(stand);

        var answer = await SellAsync(stand, signUp.Key);

        Assert.Equal("kept", answer.Outcome);
        var played = await stand.Shim.WaitForLogAsync("it is played", line => IsEvent(line, "CallPlayed"), Cancellation);
        AssertChain(played, signUp.Line, stand);
        Assert.Equal(JsonValueKind.Null, (await stand.EventOfAsync(answer, Cancellation)).GetProperty("Amount").ValueKind);
    }

    [Fact]
    public async Task A_sale_that_is_refused_and_one_of_a_stranger_tell_nothing()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_quick);
        stand.PartnerStack.Lag = TimeSpan.Zero;
        var signUp = await SignUpAsync(stand);
        await stand.Shim.WaitForLogAsync("it is verified", line => IsEvent(line, "ConversionVerified"), Cancellation);
        stand.PartnerStack.CustomerApi.EnqueueFaults(Fault.Status(422));

        LegacyAnswer[] answers = [await SellAsync(stand, signUp.Key), await SellAsync(stand, Stand.NewKey())];

        Assert.Equal(422, answers[0].Status);
        foreach (var answer in answers)
        {
            var line = await stand.EventOfAsync(answer, Cancellation);
            Assert.All(["Xid", "PartnerKey", "SubIds", "SignupAgeMs", "Amount", "Currency"], field => Assert.Equal(JsonValueKind.Null, line.GetProperty(field).ValueKind));
        }
    }

    /// <summary>The canary in it is looked for in all that the shim has said, too.</summary>
    [Fact]
    public async Task An_address_in_any_part_of_the_chain_is_written_nowhere_as_it_is()
    {
        const string address = $"{Canaries.Marker}@example.com";
        await using var stand = await Stand.StartAsync(redis, Cancellation, [.. s_quick, ("Management:Token", "mgt_vendor_token")]);
        stand.PartnerStack.Lag = TimeSpan.Zero;
        var key = await stand.NewCustomerAsync($$"""{"xid":"xid-1","partner_key":"{{address}}","sub_ids":["blog","{{address}}"]}""");
        var body = Stand.Body(key).Replace("\"partner\"", $"\"{address}\"", StringComparison.Ordinal);

        Assert.Equal("converted", (await stand.PostAsync(body, Cancellation)).Outcome);
        await stand.Shim.WaitForLogAsync("it is verified", line => IsEvent(line, "ConversionVerified"), Cancellation);
        var answer = await stand.PostAsync(
            $$"""{"customer_key":"{{key}}","amount":4990,"currency":"{{address}}"}""", Cancellation, "/api/v2/transactions");
        var sale = await stand.EventOfAsync(answer, Cancellation);

        var chain = stand.Shim.Log.Where(line => IsEvent(line, "ConversionSent") || IsEvent(line, "ConversionVerified")).Append(sale).ToList();
        Assert.Equal(3, chain.Count);
        Assert.All(chain, line => Assert.Matches("^[0-9a-f]{32}$", line.GetProperty("PartnerKey").GetString()));
        Assert.All(chain, line => Assert.Matches("^blog[|][0-9a-f]{32}$", line.GetProperty("SubIds").GetString()));
        Assert.Equal(("4990", JsonValueKind.Null), (sale.GetProperty("Amount").GetRawText(), sale.GetProperty("Currency").ValueKind));

        // What stays in Redis for good, and what the console shows.
        var entry = Assert.Single(await stand.Redis.KeysAsync(), name => name.Contains(":conversion:", StringComparison.Ordinal));
        var kept = string.Join(' ', (await stand.Redis.Database.HashGetAllAsync(entry)).Select(static field => $"{field.Name}={field.Value}"));
        Assert.Contains($"partner={sale.GetProperty("PartnerKey").GetString()}", kept, StringComparison.Ordinal);
        Assert.DoesNotContain(Canaries.Marker, kept, StringComparison.Ordinal);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", "mgt_vendor_token");
        var overview = await client.GetStringAsync(new Uri(stand.Shim.Management, "/admin/overview"), Cancellation);
        Assert.Contains($"\"partner\":\"{sale.GetProperty("PartnerKey").GetString()}\"", overview, StringComparison.Ordinal);
        Assert.Empty(stand.Check.LeaksIn("the overview", [overview]));
    }

    private static void AssertChain(JsonElement sale, JsonElement signUp, Stand stand)
    {
        Assert.All(["CustomerRef", "Xid", "PartnerKey", "SubIds"], field => Assert.Equal(signUp.GetProperty(field).GetString(), sale.GetProperty(field).GetString()));
        Assert.InRange(sale.GetProperty("SignupAgeMs").GetDouble(), 0, 60_000);
        Assert.Equal(("49.90", "USD"), (sale.GetProperty("Amount").GetRawText(), sale.GetProperty("Currency").GetString()));
        Assert.Single(stand.PartnerStack.FollowUps);
    }

    private static async Task<(string Key, JsonElement Line)> SignUpAsync(Stand stand)
    {
        var clicked = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds();
        var key = await stand.NewCustomerAsync($$"""{"xid":"xid-1","sub_ids":["blog","top"],"clicked_at":{{clicked}}}""");
        Assert.Equal("converted", (await stand.PostAsync(Stand.Body(key), Cancellation)).Outcome);
        return (key, await stand.Shim.WaitForLogAsync("it is sent", line => IsEvent(line, "ConversionSent"), Cancellation));
    }

    private static Task<LegacyAnswer> SellAsync(Stand stand, string key) => stand.PostAsync(
        $$"""{"customer_key":"{{key}}","amount":49.90,"currency":"USD","product_key":"{{Canaries.Marker}}"}""", Cancellation, "/api/v2/transactions");

    private static bool IsEvent(JsonElement line, string name) => line.TryGetProperty("Event", out var kind) && kind.GetString() == name;
}
