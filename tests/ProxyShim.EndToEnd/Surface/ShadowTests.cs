using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>In the shadow the app and the Customer API see nothing of the shim; the log says what would have become of each customer.</summary>
[RedisSuite]
public sealed partial class ShadowTests(TestRedis redis)
{
    private static readonly (string Key, string? Value)[] s_shadow = [("Rollout:Mode", "Shadow")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_forwards_every_byte_and_says_what_would_have_been_sent()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_shadow);
        var clickedAt = TimeProvider.System.GetUtcNow().AddDays(-2).ToUnixTimeMilliseconds();
        var key = await stand.NewCustomerAsync($$"""{"xid":"xid-1","partner_key":"partner","sub_ids":["news","spring"],"clicked_at":{{clickedAt}},"ip_address":"203.0.113.7"}""");
        var body = Stand.Body(key, $$"""{{Stand.PersonalData}},"member_key":"{{Canaries.Marker}}" """);

        var answer = await stand.PostAsync(body, Cancellation);

        Assert.Equal((200, (string?)null), (answer.Status, answer.Outcome));
        Assert.Equal(body, Assert.Single(stand.Forwarded).BodyText);
        Assert.Empty(stand.Conversions);
        Assert.Empty(await KeysAsync(stand, "conversion:"));
        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(
            ("shadowed", "converted", null, "Shadow", "xid-1"),
            (Text(line, "Outcome"), Text(line, "WouldBe"), Text(line, "Reason"), Text(line, "Mode"), Text(line, "Xid")));
        Assert.Equal(
            ("partner", "partner", false, "news|spring", "member_key"),
            (Text(line, "PartnerKey"), Text(line, "ClickPartnerKey"), line.GetProperty("PartnerMismatch").GetBoolean(), Text(line, "SubIds"), Text(line, "NoHome")));
        Assert.InRange(TimeSpan.FromMilliseconds(line.GetProperty("ClickAgeMs").GetDouble()), TimeSpan.FromDays(2), TimeSpan.FromDays(2.1));
        Assert.InRange(line.GetProperty("BodyBytes").GetInt32(), body.Length / 2, body.Length * 2);
    }

    [Theory]
    [InlineData("""{"xid":"xid-1","partner_key":"another"}""", "partner_mismatch", "another")]
    [InlineData("two words", "malformed_click", null)]
    [InlineData(null, "no_click", null)]
    public async Task What_would_have_fallen_back_says_why(string? click, string reason, string? clickPartner)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_shadow);

        var answer = await stand.PostAsync(Stand.Body(click is null ? Stand.NewKey() : await stand.NewCustomerAsync(click)), Cancellation);

        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(
            ("shadowed", "fallback", reason, clickPartner), (Text(line, "Outcome"), Text(line, "WouldBe"), Text(line, "Reason"), Text(line, "ClickPartnerKey")));
        Assert.Equal(clickPartner is not null, line.GetProperty("PartnerMismatch").GetBoolean());
        Assert.Single(stand.Forwarded);
    }

    /// <summary>The Customer API's answer is the answer: its status, its headers and its bytes, also where it is none of the usual ones.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(409)]
    [InlineData(401)]
    [InlineData(503)]
    public async Task The_answer_is_the_Customer_APIs_byte_for_byte(int status)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_shadow);
        stand.PartnerStack.CustomerApi.SetFault(Fault.Status(status, """{"message":"so be it","status":999}"""));
        var body = Stand.Body(await stand.NewCustomerAsync());

        var shadowed = await AnswerAsync(stand.Shim.Address, body);

        Assert.Equal(await AnswerAsync(stand.PartnerStack.CustomerApiAddress, body), shadowed);
        Assert.StartsWith($"HTTP/1.1 {status}", shadowed, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(Stand stand, string part) =>
        [.. (await stand.Redis.KeysAsync()).Where(key => key.Contains(part, StringComparison.Ordinal))];

    // All of its bytes but the time in them.
    private static async Task<string> AnswerAsync(Uri address, string body)
    {
        using var app = await RawConnection.OpenAsync(address, Cancellation);
        var bytes = Encoding.UTF8.GetBytes(body);
        await app.SendAsync(
            $"POST /api/v2/customers HTTP/1.1\r\nHost: api\r\nConnection: close\r\nAuthorization: {Stand.Basic(Stand.PublicKey, Stand.SecretKey)}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {bytes.Length}\r\n\r\n",
            Cancellation);
        await app.SendAsync(bytes, Cancellation);
        return Date().Replace(Encoding.Latin1.GetString(await app.ReadToEndAsync(Cancellation)), "Date: then");
    }

    [GeneratedRegex("Date: [^\r]*")]
    private static partial Regex Date();

    private static string? Text(JsonElement line, string field) => line.GetProperty(field).GetString();
}
