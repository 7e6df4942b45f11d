using System.Net.Http.Headers;
using System.Text;
using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Rollout;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Background;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.Creation;

/// <summary>A creation whose click is not there, with Conversions:OnMiss=Hold.</summary>
[RedisSuite]
public class HoldTests(TestRedis redis)
{
    private static readonly ConversionId s_id = LedgerUnderTest.IdOf("customer");

    private static readonly (string, string?)[] s_hold = [("Conversions:OnMiss", "Hold"), ("Redis:Timeout", "00:01:00")];

    [Fact]
    public async Task It_is_kept_and_answered_as_what_is_queued_and_a_repeat_is_answered_from_the_ledger()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_hold);
        await using var stage = new CreationFlowHost(background);

        var (answer, record) = await stage.PostAsync();
        var (again, repeat) = await stage.PostAsync();

        Assert.Equal((200, Outcome.Held, Reasons.NoClick, null), (Assert.IsType<CreationAnswer.Created>(answer).Status, record.Outcome, record.Reason, record.Xid));
        Assert.Equal((200, Outcome.Duplicate, null), (Assert.IsType<CreationAnswer.Created>(again).Status, repeat.Outcome, repeat.Xid));
        Assert.Equal(ConversionState.Held, (await background.SeeAsync(s_id)).State);
        Assert.Empty(background.PartnerStack.Calls);
    }

    [Fact]
    public async Task The_click_that_lost_the_race_is_found_and_what_comes_is_the_request_that_was_held()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_hold);
        await using var stage = new CreationFlowHost(background);
        await stage.PostAsync();

        await stage.ClickAsync();
        await background.Holding.RunAsync([s_id], TestContext.Current.CancellationToken);
        await background.DeliverAsync(s_id);

        Assert.Equal(1, background.PartnerStack.ConversionsFor("customer"));
        Assert.Equal(
            """{"xid":"xid_1","customer_key":"customer","email":"customer@example.com"}""", Assert.Single(background.PartnerStack.Calls).BodyText);
    }

    [Fact]
    public async Task A_repeat_that_brings_its_own_click_ends_the_hold_and_what_comes_is_the_request_that_was_held()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_hold);
        await using var stage = new CreationFlowHost(background);
        await stage.PostAsync();

        var (answer, record) = await stage.PostAsync(xid: "own");
        await background.Holding.RunAsync([s_id], TestContext.Current.CancellationToken);
        await background.DeliverAsync(s_id);

        Assert.Equal((200, Outcome.Duplicate, "own"), (Assert.IsType<CreationAnswer.Created>(answer).Status, record.Outcome, record.Xid));
        Assert.Equal(
            """{"xid":"own","customer_key":"customer","email":"customer@example.com"}""", Assert.Single(background.PartnerStack.Calls).BodyText);
        var ended = Assert.Single(background.Log.Entries, entry => entry.GetProperty("Event").GetString() == "HoldEnded");
        Assert.Equal(("click_found", "own", "partner"), (ended.GetProperty("Result").GetString(), ended.GetProperty("Xid").GetString(), ended.GetProperty("PartnerKey").GetString()));
        Assert.Equal("partner", (await background.Ledger.ReferralAsync(background.Under.Budget, s_id))!.PartnerKey);
    }

    [Fact]
    public async Task Whoever_looks_for_the_click_when_a_repeat_brings_it_does_not_hand_the_request_over()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_hold);
        await using var stage = new CreationFlowHost(background);
        await stage.PostAsync();
        var job = await background.Under.TakeHeldAsync(s_id);

        await stage.PostAsync(xid: "own");

        Assert.Equal(FencedWrite.StaleLease, await background.Held.BeginHandOverAsync(background.Under.Budget, s_id, job.Token, Reasons.NoClick));
        await background.DeliverAsync(s_id);
        Assert.Equal(1, background.PartnerStack.ConversionsFor("customer"));
    }

    [Fact]
    public async Task A_click_that_a_repeat_brings_once_the_hand_over_has_begun_is_too_late()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_hold);
        await using var stage = new CreationFlowHost(background);
        await stage.PostAsync();
        var job = await background.Under.TakeHeldAsync(s_id);
        await background.Held.BeginHandOverAsync(background.Under.Budget, s_id, job.Token, Reasons.NoClick);

        var (answer, record) = await stage.PostAsync(xid: "own");

        Assert.Equal((200, null), (Assert.IsType<CreationAnswer.Created>(answer).Status, record.Xid));
        Assert.Equal(ConversionState.Held, (await background.SeeAsync(s_id)).State);
        Assert.Equal(0, background.Count("HoldEnded"));
    }

    [Fact]
    public async Task Who_fell_back_because_the_reply_was_lost_is_not_handed_over_as_well()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_hold);
        await using var stage = new CreationFlowHost(background);

        // 1 is the look-up, 2 the hold.
        stage.At(2, () => Task.FromResult(Loss.Reply));
        Assert.IsType<CreationAnswer.Forward>((await stage.PostAsync()).Answer);
        Assert.Equal(0, await background.Holding.RunAsync([s_id], TestContext.Current.CancellationToken));
        await stage.CatchUpAsync();

        Assert.Equal(ConversionState.Fallback, (await background.SeeAsync(s_id)).State);
    }

    [Theory]
    [InlineData(true, false, null)]
    [InlineData(true, true, null)]
    [InlineData(true, true, "own")]
    [InlineData(false, false, null)]
    [InlineData(false, true, null)]
    public async Task Who_fell_back_because_the_reply_was_lost_is_at_one_api_only_although_the_replica_dies_that_knows(bool landed, bool repeated, string? own)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_hold);
        await using var dead = new CreationFlowHost(background);
        await using var other = new CreationFlowHost(background);
        dead.At(2, () => Task.FromResult(Loss.Reply));
        Assert.IsType<CreationAnswer.Forward>((await dead.PostAsync()).Answer);
        if (landed)
        {
            await ForwardAsync(background);
        }

        if (repeated)
        {
            Assert.Equal(Outcome.Duplicate, (await other.PostAsync(xid: own)).Record.Outcome);
        }

        await other.ClickAsync();
        for (var round = 0; round < 4; round++)
        {
            // First its lease runs out.
            await background.Under.PassTimeAsync(s_id);
            await background.Holding.RunAsync([s_id], TestContext.Current.CancellationToken);
            await background.DeliverAsync(s_id);
        }

        Assert.Equal(landed ? ConversionState.Fallback : ConversionState.Sent, (await background.SeeAsync(s_id)).State);
        Assert.Equal(landed ? 0 : 1, background.PartnerStack.ArrivalsFor("customer"));
        Assert.Equal(landed ? 1 : 0, background.PartnerStack.Calls.Count(call => call is { Kind: ApiKind.CustomerApi, Method: "POST" }));
    }

    [Fact]
    public async Task Without_the_vendors_pair_a_person_judges_whether_the_customer_api_has_it()
    {
        await using var background = await BackgroundHost.OpenAsync(
            redis,
            [
                .. s_hold, ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null), ("CustomerApi:Callers:0:Name", "default"),
                ("CustomerApi:Callers:0:PublicKey", "pk_sandbox"), ("CustomerApi:Callers:0:SecretKey", "sk_sandbox"),
            ]);
        await using var dead = new CreationFlowHost(background);
        dead.At(2, () => Task.FromResult(Loss.Reply));
        await dead.PostAsync();

        await dead.ClickAsync();
        await background.Under.PassTimeAsync(s_id);
        await background.Holding.RunAsync([s_id], TestContext.Current.CancellationToken);

        Assert.Equal(["may_have_landed"], background.Deaths());
        Assert.Empty(background.PartnerStack.Calls);
    }

    // 1 is the look-up, 2 the hold, 3 what says that its caller is about to be told.
    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Who_could_not_be_told_comes_again_and_is_still_held(int script, bool carriedOut)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, [.. s_hold, ("Conversions:OnRedisDown", "Unavailable")]);
        await using var stage = new CreationFlowHost(background);

        stage.At(script, () => Task.FromResult(carriedOut ? Loss.Reply : Loss.Command));
        Assert.Equal(503, Assert.IsType<CreationAnswer.Failed>((await stage.PostAsync()).Answer).Status);
        await stage.CatchUpAsync();

        Assert.Equal(ConversionState.Held, (await background.SeeAsync(s_id)).State);
        Assert.Equal(Outcome.Duplicate, (await stage.PostAsync()).Record.Outcome);
        Assert.False((await background.Under.TakeHeldAsync(s_id)).MaybeLanded);
    }

    [Fact]
    public async Task The_shadow_says_what_it_would_be_and_holds_nothing()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_hold);
        await using var stage = new CreationFlowHost(background) { Rollout = RolloutPlan.Usual with { Mode = RolloutMode.Shadow } };

        var (_, record) = await stage.PostAsync();

        Assert.Equal((Outcome.Shadowed, Outcome.Held), (record.Outcome, record.WouldBe));
        Assert.Null(await background.Under.SeeAsync(s_id));
    }

    // What the passthrough does with the call.
    private static async Task ForwardAsync(BackgroundHost background)
    {
        using var client = new HttpClient();
        using var call = new HttpRequestMessage(HttpMethod.Post, new Uri(background.PartnerStack.CustomerApiAddress, "/api/v2/customers"))
        {
            Content = new StringContent("""{"customer_key":"customer","email":"customer@example.com","partner_key":"partner"}""", Encoding.UTF8, "application/json"),
        };
        call.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("pk_sandbox:sk_sandbox"u8));
        using var answer = await client.SendAsync(call, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
    }
}
