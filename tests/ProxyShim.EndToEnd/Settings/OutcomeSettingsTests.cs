using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Settings;

/// <summary>What the shim does where there is no conversion to send, or it is not taken: the other choice of each setting. The usual ones are OutcomeTests'.</summary>
[RedisSuite]
public sealed class OutcomeSettingsTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "no_click")]
    [InlineData("two words", "malformed_click")]
    public async Task OnMiss_Reject_refuses_a_customer_without_a_click(string? click, string reason)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Conversions:OnMiss", "Reject"));
        var key = click is null ? Stand.NewKey() : await stand.NewCustomerAsync(click);

        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal((422, "application/json", "rejected"), (answer.Status, answer.ContentType, answer.Outcome));
        Assert.Equal(422, answer.Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(answer.Json.GetProperty("message").GetString()!);
        Assert.Empty(stand.PartnerStack.Calls);
        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(("rejected", reason), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));
    }

    [Fact]
    public async Task OnPartnerMismatch_Convert_takes_the_clicks_word()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Conversions:OnPartnerMismatch", "Convert"));
        var key = await stand.NewCustomerAsync("""{"xid":"xid-1","partner_key":"another"}""");

        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal("converted", answer.Outcome);
        Assert.Equal("another", answer.Json.GetProperty("data").GetProperty("partner_key").GetString());
        Assert.Equal(1, stand.PartnerStack.ConversionsFor(key));
        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal((true, "another"), (line.GetProperty("PartnerMismatch").GetBoolean(), line.GetProperty("PartnerKey").GetString()));
    }

    [Theory]
    [InlineData("""{"message":"xid is unknown","status":400}""", "xid is unknown")]
    [InlineData("plain text", "plain text")]
    public async Task OnRejected_Return_shows_the_Conversion_APIs_message(string body, string message)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Conversions:OnRejected", "Return"));
        stand.PartnerStack.ConversionApi.SetFault(Fault.Status(400, body));

        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);

        Assert.Equal((400, "rejected"), (answer.Status, answer.Outcome));
        Assert.Equal((message, 400), (answer.Json.GetProperty("message").GetString(), answer.Json.GetProperty("status").GetInt32()));
        Assert.Empty(stand.Forwarded);
        Assert.Equal("refused", (await stand.EventOfAsync(answer, Cancellation)).GetProperty("Reason").GetString());
    }

    [Fact]
    public async Task OnRedisDown_Fallback_asks_the_Customer_API()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Redis:ConnectionString", Nobody));
        var body = Stand.Body(Stand.NewKey());

        var answer = await stand.PostAsync(body, Cancellation);

        Assert.Equal((200, (string?)null), (answer.Status, answer.Outcome));
        Assert.Equal(body, Assert.Single(stand.Forwarded).BodyText);
        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(("fallback", "redis_down"), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));
    }

    [Fact]
    public async Task OnRedisDown_Unavailable_asks_the_caller_to_come_again()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Redis:ConnectionString", Nobody), ("Conversions:OnRedisDown", "Unavailable"));

        var answer = await stand.PostAsync(Stand.Body(Stand.NewKey()), Cancellation);

        Assert.Equal((503, "unavailable", "5"), (answer.Status, answer.Outcome, answer.RetryAfter));
        Assert.Equal(503, answer.Json.GetProperty("status").GetInt32());
        Assert.Empty(stand.PartnerStack.Calls);
        Assert.Equal("redis_down", (await stand.EventOfAsync(answer, Cancellation)).GetProperty("Reason").GetString());
    }

    [Fact]
    public async Task Redis_Timeout_is_how_long_a_hanging_Redis_is_waited_for()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Redis:ConnectionString", server.Endpoint), ("Redis:Timeout", "00:00:01.500"));
        await stand.WaitForRedisAsync(Cancellation);
        server.Pause();

        var answer = await stand.PostAsync(Stand.Body(Stand.NewKey()), Cancellation);

        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(("fallback", "redis_down"), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));

        // Longer than the default, and not much less than was set: a timer may be early by its resolution.
        Assert.True(line.GetProperty("RedisMs").GetDouble() > 1_400, line.GetRawText());
        server.Resume();
    }

    [Fact]
    public async Task MaxAttempts_is_how_often_a_conversion_is_sent_while_the_caller_waits()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("ConversionApi:MaxAttempts", "2"), ("Delivery:Schedule:0", "12:00:00"));
        stand.PartnerStack.ConversionApi.SetFault(Fault.Status(503));

        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);

        Assert.Equal((200, "queued"), (answer.Status, answer.Outcome));
        Assert.Equal(2, stand.PartnerStack.Calls.Count);
        Assert.Equal(2, (await stand.EventOfAsync(answer, Cancellation)).GetProperty("Attempts").GetInt32());
    }

    [Fact]
    public async Task AttemptTimeout_ends_an_attempt_that_gets_no_answer()
    {
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("ConversionApi:AttemptTimeout", "00:00:00.200"), ("ConversionApi:TotalTimeout", "00:05:00"), ("Verification:Grace", "12:00:00"));
        stand.PartnerStack.ConversionApi.SetFault(Fault.Hang(landed: false));

        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);

        // It may have landed: it is not sent again.
        Assert.Equal((200, "queued"), (answer.Status, answer.Outcome));
        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal((1, true), (line.GetProperty("Attempts").GetInt32(), line.GetProperty("Ambiguous").GetBoolean()));
        Assert.True(line.GetProperty("UpstreamMs").GetDouble() > 150, line.GetRawText());
    }

    [Fact]
    public async Task QueuedStatus_is_what_a_caller_gets_whose_conversion_waits()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Conversions:QueuedStatus", "202"), ("Delivery:Schedule:0", "12:00:00"));
        stand.PartnerStack.ConversionApi.SetFault(Fault.Status(401));

        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);

        Assert.Equal((202, "queued", 202), (answer.Status, answer.Outcome, answer.Json.GetProperty("status").GetInt32()));
    }

    [Fact]
    public async Task Rollout_Off_converts_nobody_and_needs_no_token()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Rollout:Mode", "Off"), ("ConversionApi:Token", null));
        var key = await stand.NewCustomerAsync();

        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Null(answer.Outcome);
        Assert.Equal(Stand.Body(key), Assert.Single(stand.Forwarded).BodyText);
        Assert.Empty(stand.Conversions);
        var line = await stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(("passthrough", "off", "Off"), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString(), line.GetProperty("Mode").GetString()));
    }

    // Nobody listens there.
    private static string Nobody => $"127.0.0.1:{FreePort.Next()}";
}
