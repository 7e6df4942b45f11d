using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Passthrough;

/// <summary>Who is deleted is deleted, by whichever key and however soon: at PartnerStack, and in the ledger.</summary>
[RedisSuite]
public sealed class DeletionTests(TestRedis redis)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private static readonly (string Key, string? Value)[] s_quick = [("Verification:Grace", "00:00:00.200"), ("Verification:Interval", "00:00:00.200")];

    // Only another caller's: nothing is read back.
    private static readonly (string Key, string? Value)[] s_withoutThePair =
    [
        ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null), ("CustomerApi:Callers:0:Name", "crm"), ("CustomerApi:Callers:0:PublicKey", Stand.PublicKey),
        ("CustomerApi:Callers:0:SecretKey", Stand.SecretKey),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_was_deleted_by_PartnerStacks_own_key_can_sign_up_again(bool hasPair)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, hasPair ? s_quick : s_withoutThePair);
        var key = await stand.NewCustomerAsync();
        await SignUpAsync(stand, key, isVerified: hasPair);

        Assert.Equal(200, (await DeleteAsync(stand, await OwnKeyOfAsync(stand, key))).Status);

        Assert.Null(stand.PartnerStack.FindCustomer(key));
        await AssertSignsUpAgainAsync(stand, key);
    }

    [Fact]
    public async Task Who_was_deleted_by_PartnerStacks_own_key_before_the_read_back_is_not_sent_again()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, [.. s_quick, ("Verification:Grace", "00:00:03")]);
        var key = await stand.NewCustomerAsync();
        await SignUpAsync(stand, key, isVerified: false);
        Assert.Equal(200, (await DeleteAsync(stand, await OwnKeyOfAsync(stand, key))).Status);

        // Later ones are read back, so the deleted one's time has come and gone.
        await SignUpAsync(stand, await stand.NewCustomerAsync(), isVerified: true);

        Assert.Equal(1, stand.PartnerStack.ArrivalsFor(key));
        Assert.Null(stand.PartnerStack.FindCustomer(key));
        await AssertSignsUpAgainAsync(stand, key);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    public async Task Whatever_answers_a_deletion_that_was_made_the_customer_can_sign_up_again(int status)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_quick);
        var key = await stand.NewCustomerAsync();
        await SignUpAsync(stand, key, isVerified: true);
        stand.PartnerStack.CustomerApi.EnqueueFaults(Fault.Status(status, "", landed: true));

        var answer = await DeleteAsync(stand, key);

        Assert.Equal((status, "", null), (answer.Status, answer.Text, answer.Outcome));
        await AssertSignsUpAgainAsync(stand, key);
    }

    /// <summary>Vendors use their payment provider's ids, which begin as PartnerStack's own do.</summary>
    [Fact]
    public async Task A_customer_key_that_looks_like_PartnerStacks_own_is_deleted_as_any()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_quick);
        var key = Canaries.Plant($"cus_{Stand.NewKey()}");
        await stand.Redis.Database.StringSetAsync(stand.Redis.Key($"click:{key}"), "xid-1");
        await SignUpAsync(stand, key, isVerified: true);

        Assert.Equal(200, (await DeleteAsync(stand, key)).Status);

        await AssertSignsUpAgainAsync(stand, key);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_PartnerStack_does_not_say_whose_key_it_is_its_answer_to_the_deletion_tells(bool hangs)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_quick);
        var key = await stand.NewCustomerAsync();
        await SignUpAsync(stand, key, isVerified: true);
        var own = await OwnKeyOfAsync(stand, key);
        stand.PartnerStack.CustomerApi.SetFaultRule(call => call.Method != "GET" ? null : hangs ? Fault.Hang(landed: false) : Fault.Status(500));

        Assert.Equal(200, (await DeleteAsync(stand, own)).Status);

        stand.PartnerStack.CustomerApi.ClearFaults();
        await AssertSignsUpAgainAsync(stand, key);
    }

    // The app must delete the customer once more, since PartnerStack shows it minutes later; the log tells whom.
    [Theory]
    [InlineData(true, "within_lag")]
    [InlineData(false, null)]
    public async Task Of_whom_PartnerStack_does_not_show_yet_the_log_says_that_the_deletion_came_too_soon(bool isSent, string? reason)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Verification:Grace", "01:00:00"), ("Delivery:Schedule:0", "01:00:00"));
        stand.PartnerStack.Lag = TimeSpan.FromHours(1);
        var key = await stand.NewCustomerAsync();
        stand.PartnerStack.ConversionApi.SetFault(isSent ? null : Fault.Status(503));
        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);
        await stand.EventOfAsync(answer, Cancellation);

        var deleted = await DeleteAsync(stand, key);

        Assert.Equal((404, null), (deleted.Status, deleted.Outcome));
        Assert.Equal(reason, (await stand.EventOfAsync(deleted, Cancellation)).GetProperty("Reason").GetString());
    }

    [Fact]
    public async Task Where_nothing_tells_whose_key_it_is_the_log_says_so_and_the_answer_is_passed_on()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_quick);
        stand.PartnerStack.CustomerApi.SetFaultRule(call => Fault.Status(call.Method == "GET" ? 500 : 204));

        var answer = await DeleteAsync(stand, "cus_8U5s1iH2Pd2a2p");

        Assert.Equal((204, null), (answer.Status, answer.Outcome));
        Assert.Equal("own_key_unread", (await stand.EventOfAsync(answer, Cancellation)).GetProperty("Reason").GetString());
    }

    private static Task<LegacyAnswer> DeleteAsync(Stand stand, string key) => stand.CallAsync(About(HttpMethod.Delete, key), Cancellation);

    private static async Task<string> OwnKeyOfAsync(Stand stand, string key)
    {
        var own = (await stand.CallAsync(About(HttpMethod.Get, key), Cancellation)).Json.GetProperty("data").GetProperty("key").GetString()!;
        Assert.Equal(stand.PartnerStack.FindCustomer(key)!.Key, own);
        return own;
    }

    private static async Task SignUpAsync(Stand stand, string key, bool isVerified)
    {
        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);
        Assert.Equal("converted", answer.Outcome);
        await stand.EventOfAsync(answer, Cancellation);
        if (isVerified)
        {
            await stand.Shim.WaitForLogAsync(
                "it is verified", line => IsEvent(line, "ConversionVerified") && line.GetProperty("TraceId").GetString() == answer.TraceId, Cancellation);
        }
    }

    private static async Task AssertSignsUpAgainAsync(Stand stand, string key)
    {
        var again = await stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal(200, again.Status);
        Assert.NotEqual("duplicate", again.Outcome);
        await stand.PartnerStack.WaitUntilAsync(stack => stack.FindCustomer(key) is not null, s_limit, Cancellation);
    }

    private static bool IsEvent(JsonElement line, string name) => line.TryGetProperty("Event", out var value) && value.GetString() == name;

    private static HttpRequestMessage About(HttpMethod method, string key) =>
        new(method, $"/api/v2/customers/{key}") { Headers = { Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey) } };
}
