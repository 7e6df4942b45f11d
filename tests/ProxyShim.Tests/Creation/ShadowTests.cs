using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Rollout;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Background;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.Creation;

/// <summary>Who is only looked at: the Customer API has it, and nobody's first conversion is burnt.</summary>
[RedisSuite]
public class ShadowTests(TestRedis redis)
{
    private static readonly ConversionId s_id = LedgerUnderTest.IdOf("customer");

    [Theory]
    [InlineData("Rollout:Mode", "Shadow")]
    [InlineData("Rollout:Percent", "0")]
    [InlineData("Rollout:Partners:0", "another")]
    [InlineData("Rollout:Callers:0", "crm")]
    public async Task Who_is_not_converted_is_judged_and_leaves_nothing_behind(string setting, string value)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, (setting, value), ("CustomerApi:Callers:0:Name", "crm"), ("CustomerApi:Callers:0:PublicKey", "pk_crm"), ("CustomerApi:Callers:0:SecretKey", "sk_crm"));
        await using var stage = new CreationFlowHost(background);
        await stage.ClickAsync();
        var asked = 0;
        stage.Losses = () =>
        {
            asked++;
            return new(Loss.None);
        };

        var (answer, record) = await stage.PostAsync();

        Assert.IsType<CreationAnswer.Forward>(answer);
        Assert.Equal((Outcome.Shadowed, Outcome.Converted, (string?)null, "xid_1"), (record.Outcome, record.WouldBe, record.Reason, record.Xid));
        Assert.True(record.BodyBytes > 50);

        // The ledger is asked once.
        Assert.Equal((1, null), (asked, await background.Under.SeeAsync(s_id)));
        Assert.Empty(background.PartnerStack.Conversions);
    }

    [Fact]
    public async Task A_customer_who_was_looked_at_is_converted_once_it_is_live()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        await using var stage = new CreationFlowHost(background) { Rollout = RolloutPlan.Usual with { Mode = RolloutMode.Shadow } };
        await stage.ClickAsync();
        await stage.PostAsync();

        stage.Rollout = RolloutPlan.Usual;
        Assert.Equal(Outcome.Converted, (await stage.PostAsync()).Record.Outcome);

        Assert.Equal(1, background.PartnerStack.ConversionsFor("customer"));
    }

    [Fact]
    public async Task A_customer_whom_the_ledger_knows_is_answered_from_it_whatever_the_mode()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        await using var stage = new CreationFlowHost(background);
        await stage.ClickAsync();
        await stage.PostAsync();

        foreach (var plan in (RolloutPlan[])[RolloutPlan.Usual with { Mode = RolloutMode.Shadow }, RolloutPlan.Usual with { Percent = 0 }, RolloutPlan.Usual with { Mode = RolloutMode.Off }])
        {
            stage.Rollout = plan;
            var (answer, record) = await stage.PostAsync();
            Assert.Equal((typeof(CreationAnswer.Created), Outcome.Duplicate), (answer.GetType(), record.Outcome));
        }
    }

    [Theory]
    [InlineData("Fallback", "fallback")]
    [InlineData("Unavailable", "unavailable")]
    public async Task Without_Redis_the_Customer_API_answers_whatever_is_set(string setting, string wouldBe)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Rollout:Mode", "Shadow"), ("Conversions:OnRedisDown", setting));
        await using var stage = new CreationFlowHost(background);
        stage.Losses = () => new(Loss.Command);

        var (answer, record) = await stage.PostAsync();

        Assert.IsType<CreationAnswer.Forward>(answer);
        Assert.Equal((Outcome.Shadowed, wouldBe, Reasons.RedisDown), (record.Outcome, record.WouldBe?.Name, record.Reason));
    }

    [Theory]
    [InlineData("Fallback", "fallback")]
    [InlineData("Reject", "rejected")]
    public async Task Without_a_click_it_says_what_the_setting_would_do(string setting, string wouldBe)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Rollout:Mode", "Shadow"), ("Conversions:OnMiss", setting));
        await using var stage = new CreationFlowHost(background);

        var (answer, record) = await stage.PostAsync();

        Assert.IsType<CreationAnswer.Forward>(answer);
        Assert.Equal((wouldBe, Reasons.NoClick, (int?)null), (record.WouldBe?.Name, record.Reason, record.BodyBytes));
    }
}
