using System.Text;
using ProxyShim.Ledger;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.Background.Holding;

/// <summary>A customer whose click was not there: converted once, or at the Customer API once. Counted at the simulated PartnerStack.</summary>
[RedisSuite]
public class HeldRunnerTests(TestRedis redis)
{
    private static readonly (string, string?)[] s_withoutVendor =
    [
        ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null), ("CustomerApi:Callers:0:PublicKey", "pk_sandbox"), ("CustomerApi:Callers:0:SecretKey", "sk_sandbox"),
    ];

    public static TheoryData<string, Fault, bool> Unclear => new()
    {
        { "reset, landed", Fault.ResetAfterBody(landed: true), true },
        { "reset, not landed", Fault.ResetAfterBody(landed: false), false },
        { "502, landed", Fault.Status(502, landed: true), true },
        { "502, not landed", Fault.Status(502), false },
        { "409, landed", Fault.Status(409, landed: true), true },
        { "409, not landed", Fault.Status(409), false },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_click_comes_and_the_customer_is_converted_once()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.Under.HoldAsync();
        Assert.Equal(1, await RunAsync(background, id));
        var seen = await background.SeeAsync(id);
        Assert.Equal(ConversionState.Held, seen.State);
        Assert.InRange(seen.DueAt - await background.Under.NowAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(1));

        await ClickAsync(background, """{"xid":"xid_1","sub_ids":["blog","top"]}""");
        await AgainAsync(background, id);
        await background.DeliverAsync(id);

        Assert.Equal(1, background.PartnerStack.ConversionsFor("customer"));
        var referral = (await background.Ledger.ReferralAsync(background.Under.Budget, id))!;
        Assert.Equal(("xid_1", "partner", "blog|top"), (referral.Xid, referral.PartnerKey, referral.SubIds));
        Assert.Empty(Posts(background));
        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(id)).State);
        Assert.Equal((1, 1, 0), (background.Count("HoldEnded"), background.Count("ConversionSent"), background.Count("ConversionDead")));
    }

    [Fact]
    public async Task It_never_comes_and_the_customer_api_has_the_original_request_once_with_its_callers_pair()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);

        await RunAsync(background, id);
        await AgainAsync(background, id);

        var call = Assert.Single(Posts(background));
        Assert.Equal(LedgerUnderTest.OriginalBody("customer"), call.BodyText);
        Assert.Equal("application/json; charset=UTF-8", call.Header("Content-Type"));
        Assert.Equal($"Basic {Convert.ToBase64String("pk_sandbox:sk_sandbox"u8)}", call.Header("Authorization"));
        Assert.Equal((0, 200), (background.PartnerStack.ArrivalsFor("customer"), call.Status));
        var seen = await background.SeeAsync(id);
        Assert.Equal((ConversionState.Fallback, "no_click"), (seen.State, seen.Field("error")));
        Assert.Equal(1, background.Count("HoldEnded"));
    }

    [Theory]
    [MemberData(nameof(Unclear))]
    public async Task What_may_have_landed_is_read_back_and_never_handed_over_blindly(string name, Fault fault, bool landed)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);
        background.PartnerStack.CustomerApi.EnqueueFaults(fault);

        await RunAsync(background, id);
        Assert.Equal((ConversionState.Held, "1"), ((await background.SeeAsync(id)).State, (await background.SeeAsync(id)).Field("maybe")));
        Assert.Equal(0, await RunAsync(background, id));
        await AgainAsync(background, id);
        await AgainAsync(background, id);

        Assert.Equal(ConversionState.Fallback, (await background.SeeAsync(id)).State);
        Assert.True(Posts(background).Count == (landed ? 1 : 2), name);
        Assert.NotNull(background.PartnerStack.FindCustomer("customer"));
        Assert.Equal((1, 0), (background.Count("HoldEnded"), background.Count("ConversionDead")));
    }

    [Fact]
    public async Task A_hand_over_whose_worker_died_is_asked_for_when_the_customer_api_can_show_it_and_no_sooner()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);
        await background.Held.BeginHandOverAsync(background.Under.Budget, id, (await background.Under.TakeHeldAsync(id)).Token, "no_click");

        // Its lease has run out.
        await AgainAsync(background, id);
        Assert.Empty(background.PartnerStack.Calls);

        await AgainAsync(background, id);
        Assert.Equal("GET", Assert.Single(background.PartnerStack.Calls).Method);
    }

    [Fact]
    public async Task Without_the_vendors_pair_what_may_have_landed_is_for_a_person_to_judge()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, [.. s_withoutVendor, ("CustomerApi:Callers:0:Name", "default")]);
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);
        background.PartnerStack.CustomerApi.EnqueueFaults(Fault.ResetAfterBody(landed: false));

        await RunAsync(background, id);
        Assert.Equal(["may_have_landed"], background.Deaths());

        await background.Ledger.ReviveAsync(background.Under.Budget, id);
        await AgainAsync(background, id);
        Assert.Equal((ConversionState.Fallback, 2), ((await background.SeeAsync(id)).State, Posts(background).Count));
    }

    [Fact]
    public async Task A_caller_whose_pair_is_gone_is_for_a_person_to_judge()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, [.. s_withoutVendor, ("CustomerApi:Callers:0:Name", "crm")]);
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);

        await RunAsync(background, id);

        Assert.Equal(["caller_gone"], background.Deaths());
        Assert.Empty(Posts(background));
    }

    [Fact]
    public async Task While_the_customer_api_is_away_a_click_that_comes_still_counts()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);
        background.PartnerStack.CustomerApi.SetFault(Fault.Status(503));
        await RunAsync(background, id);
        background.PartnerStack.CustomerApi.ClearFaults();

        await ClickAsync(background, "xid_1");
        await AgainAsync(background, id);
        await background.DeliverAsync(id);

        Assert.Equal((1, 1), (background.PartnerStack.ConversionsFor("customer"), Posts(background).Count));
        Assert.DoesNotContain(background.PartnerStack.Customers, customer => customer.Origin == CustomerOrigin.CustomerApi);
    }

    [Theory]
    [InlineData(401, "unauthorized")]
    [InlineData(403, "forbidden")]
    public async Task A_key_pair_that_the_customer_api_refuses_is_told_until_the_request_is_handed_over(int status, string reason)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);
        background.PartnerStack.CustomerApi.SetFault(Fault.Status(status));

        await RunAsync(background, id);
        await AgainAsync(background, id);

        Assert.Equal(ConversionState.Held, (await background.SeeAsync(id)).State);
        Assert.Equal([$"key_pair: {reason} (the pair of default, for calls made later)"], background.Troubles());
        Assert.Equal([reason], background.Alerts());

        background.PartnerStack.CustomerApi.ClearFaults();
        await AgainAsync(background, id);
        Assert.Equal(ConversionState.Fallback, (await background.SeeAsync(id)).State);
        Assert.Equal($"key_pair: {reason} over", background.Troubles().Last());
    }

    [Fact]
    public async Task A_read_back_that_is_answered_does_not_make_another_callers_pair_a_good_one()
    {
        await using var background = await BackgroundHost.OpenAsync(
            redis, ("CustomerApi:Callers:0:Name", "crm"), ("CustomerApi:Callers:0:PublicKey", "pk_revoked"), ("CustomerApi:Callers:0:SecretKey", "sk_revoked"));
        var id = await background.Under.HoldAsync(caller: "crm");
        await EndHoldAsync(background, id);

        await RunAsync(background, id);
        await background.ReadBackAsync(await background.ReadyAsync(ConversionState.Sent, "other"));

        Assert.Equal(["key_pair: unauthorized (the pair of crm, for calls made later)"], background.Troubles());
    }

    [Theory]
    [InlineData("""{"xid":"xid_1","partner_key":"other"}""", "partner_mismatch")]
    [InlineData(null, "no_click")]
    public async Task A_hand_over_of_which_only_a_read_back_tells_is_logged_with_its_own_reason(string? click, string reason)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);
        if (click is not null)
        {
            await ClickAsync(background, click);
        }

        background.PartnerStack.CustomerApi.EnqueueFaults(Fault.ResetAfterBody(landed: true));
        await RunAsync(background, id);
        await AgainAsync(background, id);

        Assert.Equal((ConversionState.Fallback, reason), ((await background.SeeAsync(id)).State, (await background.SeeAsync(id)).Field("error")));
        Assert.Equal(reason, Assert.Single(background.Log.Entries, entry => entry.GetProperty("Event").GetString() == "HoldEnded").GetProperty("Reason").GetString());
        Assert.Single(Posts(background));
    }

    [Fact]
    public async Task What_the_customer_api_refuses_is_shown_to_a_person_and_may_be_replayed()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);
        background.PartnerStack.CustomerApi.EnqueueFaults(Fault.Status(400));

        await RunAsync(background, id);
        Assert.Equal(["refused"], background.Deaths());

        // Read back, and handed over again.
        await background.Ledger.ReviveAsync(background.Under.Budget, id);
        await AgainAsync(background, id);
        await AgainAsync(background, id);
        Assert.Equal((ConversionState.Fallback, 2), ((await background.SeeAsync(id)).State, Posts(background).Count));
    }

    [Theory]
    [InlineData("Fallback", "fallback", 1)]
    [InlineData("Convert", "due", 0)]
    public async Task A_click_of_another_partner_is_judged_as_it_would_have_been_at_once(string onMismatch, string state, int posts)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Conversions:OnPartnerMismatch", onMismatch));
        var id = await background.Under.HoldAsync();
        await ClickAsync(background, """{"xid":"xid_1","partner_key":"other"}""");

        await RunAsync(background, id);

        Assert.Equal((state, posts), ((await background.SeeAsync(id)).Field("state"), Posts(background).Count));
        Assert.True(state == "due" || (await background.SeeAsync(id)).Field("error") == "partner_mismatch");
    }

    // 1 takes it, 2 begins the hand-over, 3 settles it.
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Whatever_redis_loses_the_customer_api_has_it_once(int script, bool carriedOut)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Redis:Timeout", "00:01:00"));
        var id = await background.Under.HoldAsync();
        await EndHoldAsync(background, id);
        var scripts = 0;
        background.Losses = () => ++scripts == script ? carriedOut ? Loss.Reply : Loss.Command : Loss.None;

        for (var round = 0; round < 4; round++)
        {
            await AgainAsync(background, id);
        }

        Assert.Equal(ConversionState.Fallback, (await background.SeeAsync(id)).State);
        Assert.Single(Posts(background));
    }

    private static Task<int> RunAsync(BackgroundHost background, ConversionId id) => background.Holding.RunAsync([id], Cancellation);

    private static async Task AgainAsync(BackgroundHost background, ConversionId id)
    {
        await background.Under.PassTimeAsync(id);
        await RunAsync(background, id);
    }

    // A second ago, by Redis's clock.
    private static async Task EndHoldAsync(BackgroundHost background, ConversionId id) => await background.Under.Redis.HashSetAsync(
        background.Under.Keys.Of(id)[0], "age_from", (await background.Under.NowAsync()).ToUnixTimeMilliseconds() - 1000);

    private static Task<bool> ClickAsync(BackgroundHost background, string click) =>
        background.Under.Redis.StringSetAsync(background.Under.Scope.Key("click:customer"), click);

    private static List<RecordedCall> Posts(BackgroundHost background) =>
        [.. background.PartnerStack.Calls.Where(call => call is { Kind: ApiKind.CustomerApi, Method: "POST" })];
}
