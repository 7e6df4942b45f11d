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

/// <summary>Two calls, two replicas and a Redis that fails between any two steps: one customer stays one customer.</summary>
[RedisSuite]
public class CreationFlowTests(TestRedis redis)
{
    private static readonly ConversionId s_id = LedgerUnderTest.IdOf("customer");

    // No test waits for it, and none shall run into it while it steers the clock.
    private static readonly (string, string?) s_patient = ("Redis:Timeout", "00:01:00");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    public async Task A_caller_who_hangs_up_ends_what_is_not_claimed_yet_and_nothing_else(int script, int conversions)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient);
        await using var stage = new CreationFlowHost(background);
        using var caller = new CancellationTokenSource();
        await stage.ClickAsync();
        stage.HungUp = caller.Token;

        // 1 is the look-up, 2 the claim.
        stage.At(script, async () =>
        {
            await caller.CancelAsync();
            return Loss.None;
        });
        var ended = await Record.ExceptionAsync(() => stage.PostAsync());

        Assert.Equal((conversions == 0, conversions), (ended is OperationCanceledException, background.PartnerStack.ConversionsFor("customer")));
        Assert.Equal(conversions == 0, await background.Under.SeeAsync(s_id) is null);
        stage.HungUp = Cancellation;
        await stage.PostAsync();
        Assert.Equal(1, background.PartnerStack.ConversionsFor("customer"));
    }

    [Fact]
    public async Task What_a_refusal_said_is_known_of_the_call_and_names_nobody()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient);
        await using var first = new CreationFlowHost(background);
        await first.ClickAsync();
        background.PartnerStack.ConversionApi.SetFault(Fault.Status(400, """{"message":"customer@example.com: no such xid"}"""));

        var (_, record) = await first.PostAsync();

        Assert.Equal((Outcome.Fallback, Reasons.Refused, 400, "[…]: no such xid"), (record.Outcome, record.Reason, record.UpstreamStatus, record.Said));
    }

    // The second is longer than what is read of it, which ends within the token.
    [Theory]
    [InlineData("""{"message":"Token tok_sandbox may not do that"}""", "Token […] may not do that")]
    [InlineData("Token {0}tok_sandbox", "Token {0}")]
    public async Task Our_own_token_in_a_refusal_is_told_to_nobody(string said, string told)
    {
        var filler = new string('.', (8 * 1024) - "Token ".Length - "tok_sand".Length);
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient, ("Conversions:OnRejected", "Return"));
        await using var first = new CreationFlowHost(background);
        await first.ClickAsync();
        background.PartnerStack.ConversionApi.SetFault(Fault.Status(400, said.Replace("{0}", filler, StringComparison.Ordinal)));

        var (answer, record) = await first.PostAsync();
        var id = await background.ReadyAsync(ConversionState.Due, "other");
        await background.DeliverAsync(id);

        Assert.Equal(told.Replace("{0}", filler, StringComparison.Ordinal), Assert.IsType<CreationAnswer.Failed>(answer).Message);
        var letter = (await background.Ledger.DescribeWithBodyAsync(background.Under.Budget, id)).Details!;
        Assert.Equal(ConversionState.Dead, letter.State);
        Assert.All([record.Said!, letter.AnswerText, .. background.Log.Lines], text => Assert.DoesNotContain("tok_", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_second_caller_was_promised_the_first_one_does_not_give_away()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient);
        await using var first = new CreationFlowHost(background);
        await using var second = new CreationFlowHost(background);
        await first.ClickAsync();

        // The claim is made, the first replica does not hear of it, and the Customer API gets the request; there it fails, for all we know.
        first.At(2, () => Task.FromResult(Loss.Reply));
        Assert.IsType<CreationAnswer.Forward>((await first.PostAsync()).Answer);
        var (answer, record) = await WaitAsync(background, second.PostAsync());
        Assert.Equal((typeof(CreationAnswer.Created), Outcome.Duplicate), (answer.GetType(), record.Outcome));
        await first.CatchUpAsync();

        Assert.Equal(ConversionState.Claimed, (await background.SeeAsync(s_id)).State);
    }

    [Fact]
    public async Task What_a_second_caller_was_promised_the_first_one_does_not_take_back()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient, ("Conversions:OnRejected", "Return"));
        await using var first = new CreationFlowHost(background);
        await using var second = new CreationFlowHost(background);
        await first.ClickAsync();
        background.PartnerStack.ConversionApi.SetFault(Fault.Status(400));

        first.At(3, () => Task.FromResult(Loss.Command));
        Assert.Equal(Outcome.Rejected, (await first.PostAsync()).Record.Outcome);
        var (answer, _) = await WaitAsync(background, second.PostAsync());
        Assert.IsType<CreationAnswer.Created>(answer);
        await first.CatchUpAsync();

        Assert.Equal(ConversionState.Claimed, (await background.SeeAsync(s_id)).State);
    }

    [Fact]
    public async Task What_the_first_one_gives_away_just_before_it_is_promised_is_not_promised()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        await using var first = new CreationFlowHost(background);
        await using var second = new CreationFlowHost(background);
        await first.ClickAsync();
        first.At(2, () => Task.FromResult(Loss.Reply));
        await first.PostAsync();
        await background.Under.PassTimeAsync(s_id);

        second.At(2, async () =>
        {
            await first.CatchUpAsync();
            return Loss.None;
        });
        var (answer, record) = await second.PostAsync();

        Assert.IsType<CreationAnswer.Forward>(answer);
        Assert.Equal(Reasons.FallbackBefore, record.Reason);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task What_a_failover_has_forgotten_is_not_sent_again_as_long_as_the_one_that_sent_it_knows(bool redisIsDown, bool live)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient);
        await using var replica = new CreationFlowHost(background);
        await replica.ClickAsync();

        // PartnerStack took it, and Redis does not hear of that any more: the next master never had the claim.
        replica.At(3, () => Task.FromResult(Loss.Command));
        Assert.Equal(Outcome.Converted, (await replica.PostAsync()).Record.Outcome);
        await background.Ledger.EraseAsync(background.Under.Budget, s_id);
        await background.Under.Redis.KeyDeleteAsync(background.Under.Keys.Of(s_id)[0]);

        // The report waits for its turn. Where nobody is converted any more the ledger is asked first whether it knows the customer.
        replica.Rollout = live ? replica.Rollout : replica.Rollout with { Mode = RolloutMode.Shadow };
        replica.At(live ? 2 : 3, () => Task.FromResult(redisIsDown ? Loss.Command : Loss.None));
        var (answer, record) = await replica.PostAsync();
        await replica.CatchUpAsync();

        Assert.Equal(redisIsDown ? Outcome.Unavailable : Outcome.Duplicate, record.Outcome);
        Assert.IsNotType<CreationAnswer.Forward>(answer);
        Assert.Single(background.PartnerStack.Conversions);
        Assert.Equal("sent", await background.Under.Redis.HashGetAsync(background.Under.Keys.Of(s_id)[0], "state"));
        Assert.Equal(1, background.Count("ConversionSent"));
    }

    [Theory]
    [InlineData(ConversionState.Held, true)]
    [InlineData(ConversionState.Claimed, true)]
    [InlineData(ConversionState.Due, true)]
    [InlineData(ConversionState.Ambiguous, true)]
    [InlineData(ConversionState.Sent, true)]
    [InlineData(ConversionState.Verified, true)]
    [InlineData(ConversionState.Dead, true)]
    [InlineData(ConversionState.Verified, false)]
    internal async Task Who_was_deleted_while_Redis_was_away_and_comes_again_is_no_duplicate_although_Redis_has_not_heard(ConversionState state, bool live)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient);
        await using var replica = new CreationFlowHost(background);
        replica.Rollout = live ? replica.Rollout : replica.Rollout with { Mode = RolloutMode.Shadow };
        await background.ReadyAsync(state);
        replica.Backlog.Erase(s_id);

        // The report waits for its turn.
        var (answer, record) = await replica.PostAsync();

        Assert.IsType<CreationAnswer.Forward>(answer);
        Assert.Equal((Outcome.Fallback, Reasons.FallbackBefore), (record.Outcome, record.Reason));
        Assert.Equal(ConversionState.Fallback, (await background.SeeAsync(s_id)).State);
    }

    [Fact]
    public async Task Who_was_deleted_and_comes_again_is_told_to_come_later_where_Redis_cannot_be_told()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient);
        await using var replica = new CreationFlowHost(background);
        await background.Under.BringToAsync(ConversionState.Verified);
        replica.Backlog.Erase(s_id);

        // 1 is the look-up, 2 the deletion.
        replica.At(2, () => Task.FromResult(Loss.Command));
        Assert.Equal(Outcome.Unavailable, (await replica.PostAsync()).Record.Outcome);
        Assert.Equal(Outcome.Fallback, (await replica.PostAsync()).Record.Outcome);
    }

    [Fact]
    public async Task Who_was_created_anew_since_the_deletion_is_a_duplicate_although_Redis_has_not_heard_of_that()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient);
        await using var replica = new CreationFlowHost(background);
        replica.Backlog.Erase(s_id);
        await background.Under.BringToAsync(ConversionState.Verified);

        // Far more than has passed on Redis's clock since.
        background.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(Outcome.Duplicate, (await replica.PostAsync()).Record.Outcome);
    }

    [Theory]
    [InlineData(Loss.None)]
    [InlineData(Loss.Command)]
    [InlineData(Loss.Reply)]
    internal async Task Who_can_be_read_back_is_answered_for_before_Redis_has_heard_that_it_was_sent(Loss loss)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient);
        await using var replica = new CreationFlowHost(background);
        await replica.ClickAsync();
        var heard = new TaskCompletionSource<Loss>();
        replica.At(3, () => heard.Task);

        var posting = replica.PostAsync();

        Assert.IsType<CreationAnswer.Created>(await replica.Answered.Task.WaitAsync(Cancellation));
        Assert.Equal(ConversionState.Claimed, (await background.SeeAsync(s_id)).State);
        heard.SetResult(loss);
        Assert.Equal(Outcome.Converted, (await posting).Record.Outcome);
        await replica.CatchUpAsync();
        Assert.Equal((ConversionState.Sent, 1), ((await background.SeeAsync(s_id)).State, background.Count("ConversionSent")));
    }

    [Fact]
    public async Task Who_cannot_be_read_back_is_answered_for_when_Redis_has_heard()
    {
        await using var background = await BackgroundHost.OpenAsync(
            redis, s_patient, ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null), ("CustomerApi:AllowAnonymous", "true"));
        await using var replica = new CreationFlowHost(background);
        await using var another = new CreationFlowHost(background);
        await replica.ClickAsync();
        await another.ClickAsync("another");
        bool? isAnswered = null;
        replica.At(3, async () =>
        {
            // A whole call of another customer goes by: an answer that does not wait would have been given.
            Assert.Equal(Outcome.Converted, (await another.PostAsync("another")).Record.Outcome);
            isAnswered = replica.Answered.Task.IsCompleted;
            return Loss.None;
        });

        Assert.Equal(Outcome.Converted, (await replica.PostAsync()).Record.Outcome);

        Assert.False(isAnswered ?? true);
        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(s_id)).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_comes_between_the_answer_and_a_Redis_that_has_forgotten_the_claim_is_no_new_customer(bool live)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, s_patient);
        await using var replica = new CreationFlowHost(background);
        await replica.ClickAsync();
        var heard = new TaskCompletionSource<Loss>();
        replica.At(3, () => heard.Task);
        var posting = replica.PostAsync();
        await replica.Answered.Task.WaitAsync(Cancellation);
        await background.Ledger.EraseAsync(background.Under.Budget, s_id);
        await background.Under.Redis.KeyDeleteAsync(background.Under.Keys.Of(s_id)[0]);

        replica.Losses = () => new(Loss.None);
        replica.Rollout = live ? replica.Rollout : replica.Rollout with { Mode = RolloutMode.Shadow };
        var (answer, record) = await replica.PostAsync();
        heard.SetResult(Loss.Command);
        await posting;
        await replica.CatchUpAsync();

        Assert.Equal((typeof(CreationAnswer.Created), Outcome.Duplicate), (answer.GetType(), record.Outcome));
        Assert.Single(background.PartnerStack.Conversions);
        Assert.Equal(1, background.Count("ConversionSent"));
    }

    [Fact]
    public async Task A_dead_letter_that_is_revived_at_the_same_moment_is_not_given_away_as_well()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        await using var replica = new CreationFlowHost(background);
        await background.ReadyAsync(ConversionState.Dead);
        await background.Under.Redis.KeyDeleteAsync(background.Under.Keys.Of(s_id)[1]);

        // No click and no body: to be given away. But another caller has found a click.
        replica.At(3, async () =>
        {
            Assert.Equal(ReviveOutcome.Revived, await background.Ledger.ReviveAsync(background.Under.Budget, s_id, LedgerUnderTest.Anew("customer")));
            return Loss.None;
        });
        var (answer, record) = await replica.PostAsync();

        Assert.Equal((typeof(CreationAnswer.Created), Outcome.Duplicate), (answer.GetType(), record.Outcome));
        Assert.Equal(ConversionState.Due, (await background.SeeAsync(s_id)).State);
    }

    [Fact]
    public async Task A_claim_that_comes_too_late_for_a_customer_whom_another_replica_has_is_not_given_away()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Redis:Timeout", "00:00:00.010"));
        await using var second = new CreationFlowHost(background);
        await second.ClickAsync();
        second.At(2, async () =>
        {
            await background.Under.BringToAsync(ConversionState.Sent);
            var until = await background.Under.NowAsync() + background.Settings.Redis.Timeout;
            await Eventually.IsTrueAsync("Redis's clock has passed it", async () => await background.Under.NowAsync() > until, cancellation: Cancellation);
            return Loss.None;
        });

        var (answer, record) = await second.PostAsync();

        Assert.Equal((typeof(CreationAnswer.Created), Outcome.Duplicate), (answer.GetType(), record.Outcome));
    }

    [Fact]
    public async Task A_promise_for_which_no_time_is_left_is_not_made()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Redis:WaitReplicas", "1"), ("ConversionApi:MaxAttempts", "1"));
        await using var replica = new CreationFlowHost(background);
        await replica.ClickAsync();
        background.PartnerStack.ConversionApi.SetFault(Fault.Status(503));

        // Redis hangs when it is to be told how the attempt ended.
        replica.At(3, () =>
        {
            background.Time.Advance(background.Settings.Redis.Timeout + TimeSpan.FromMilliseconds(5));
            return Task.FromResult(Loss.Command);
        });
        var (answer, record) = await replica.PostAsync();

        Assert.Equal((CreationAnswer.Failed.Unavailable, Reasons.NotReplicated), (answer, record.Reason));
    }

    // Lets the clock go on until it is done; no step is as long as a poll of the duplicate's.
    private static async Task<T> WaitAsync<T>(BackgroundHost background, Task<T> task)
    {
        await Eventually.IsTrueAsync(
            "it has waited long enough",
            () =>
            {
                background.Time.Advance(TimeSpan.FromMilliseconds(250));
                return Task.FromResult(task.IsCompleted);
            },
            cancellation: Cancellation);
        return await task;
    }
}
