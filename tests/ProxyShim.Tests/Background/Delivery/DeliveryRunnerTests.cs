using ProxyShim.Conversions;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Settlement;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.Background.Delivery;

[RedisSuite]
public class DeliveryRunnerTests(TestRedis redis)
{
    private static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_due_is_sent_once_and_counted()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Due);

        Assert.Equal(1, await background.DeliverAsync(id));
        Assert.Equal(0, await background.DeliverAsync(id));

        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(id)).State);
        Assert.Equal(1, background.PartnerStack.ArrivalsFor("customer"));
        Assert.Equal((1, 1), (background.Count("ConversionSent"), background.Count("DeliveryAttempted")));
    }

    [Fact]
    public async Task A_dead_letter_keeps_what_the_api_said_as_far_as_nobody_is_named_until_it_is_none_any_more()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.PartnerStack.ConversionApi.EnqueueFaults(
            Fault.Status(422, """{"message":"xid xid_1 is not known; customer@example.com of customer has another","status":422}"""));
        var id = await background.ReadyAsync(ConversionState.Due);

        await background.DeliverAsync(id);

        var letter = (await background.Ledger.DescribeWithBodyAsync(background.Under.Budget, id)).Details!;
        Assert.Equal(
            (ConversionState.Dead, 422, "xid xid_1 is not known; […] of […] has another"), (letter.State, letter.AnswerStatus, letter.AnswerText));
        await background.Ledger.ReviveAsync(background.Under.Budget, id);
        letter = (await background.Ledger.DescribeWithBodyAsync(background.Under.Budget, id)).Details!;
        Assert.Equal((ConversionState.Due, 0, ""), (letter.State, letter.AnswerStatus, letter.AnswerText));
    }

    [Fact]
    public async Task Nothing_but_refusals_is_told_until_one_conversion_is_taken()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        foreach (var number in Enumerable.Range(1, ConversionEvents.RefusedLimit))
        {
            // What could not be tried tells nothing either way.
            background.PartnerStack.ConversionApi.EnqueueFaults(Fault.Status(404), Fault.Status(503));
            Assert.Empty(background.Troubles());
            await background.DeliverAsync(await background.ReadyAsync(ConversionState.Due, $"customer-{number}"));
            await background.DeliverAsync(await background.ReadyAsync(ConversionState.Due, $"other-{number}"));
        }

        Assert.Equal(["conversions: all_refused (HTTP 404)"], background.Troubles());

        await background.DeliverAsync(await background.ReadyAsync(ConversionState.Due, "last"));
        Assert.Equal("conversions: all_refused over", background.Troubles().Last());
    }

    [Fact]
    public async Task Schedule_says_when_it_is_tried_again_and_its_last_step_repeats()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Delivery:Schedule:0", "00:10:00"), ("Delivery:Schedule:1", "02:00:00"));
        background.PartnerStack.ConversionApi.SetFault(Fault.Status(503));
        var (id, _) = await background.Under.ClaimAsync();
        foreach (var wait in new[] { 10, 120, 120 })
        {
            await background.Under.Redis.HashSetAsync(background.Under.Keys.Of(id)[0], "state", "due");
            await background.Under.PassTimeAsync(id);

            await background.DeliverAsync(id);

            var until = (await background.SeeAsync(id)).DueAt - await background.Under.NowAsync();
            Assert.InRange(until, TimeSpan.FromMinutes(wait) - s_tolerance, TimeSpan.FromMinutes(wait));
        }
    }

    [Fact]
    public async Task Retry_After_is_waited_for()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.PartnerStack.ConversionApi.SetFault(Fault.Status(429, headers: ("Retry-After", "1800")));
        var id = await background.ReadyAsync(ConversionState.Due);

        await background.DeliverAsync(id);

        var until = (await background.SeeAsync(id)).DueAt - await background.Under.NowAsync();
        Assert.InRange(until, TimeSpan.FromMinutes(30) - s_tolerance, TimeSpan.FromMinutes(36));
    }

    [Fact]
    public async Task MaxAge_ends_it()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Delivery:MaxAge", "01:00:00"));
        background.PartnerStack.ConversionApi.SetFault(Fault.Status(503));
        var young = await background.ReadyAsync(ConversionState.Due, "young");
        var old = await background.ReadyAsync(ConversionState.Due, "old");
        await background.AgeAsync(old);

        await background.DeliverAsync(young, old);

        Assert.Equal(ConversionState.Due, (await background.SeeAsync(young)).State);
        Assert.Equal((ConversionState.Dead, "expired"), ((await background.SeeAsync(old)).State, (await background.SeeAsync(old)).Field("error")));
        Assert.Equal(["expired"], background.Deaths());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Concurrency_bounds_how_many_are_on_their_way(int concurrency)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Delivery:Concurrency", $"{concurrency}"));
        background.PartnerStack.ConversionApi.SetFault(Fault.Hang(landed: true));
        var due = await Task.WhenAll(Enumerable.Range(0, 7).Select(number => background.ReadyAsync(ConversionState.Due, $"customer-{number}")));

        var delivering = background.DeliverAsync(due);
        while (!delivering.IsCompleted)
        {
            var open = 0;
            await background.PartnerStack.WaitUntilAsync(
                stack => (open = stack.Calls.Count(call => call is { BodyComplete: true, CompletedAt: null })) == concurrency
                    || stack.Calls.Count(call => call.BodyComplete) == due.Length || delivering.IsCompleted,
                Eventually.DefaultLimit, Cancellation);
            Assert.InRange(open, 0, concurrency);
            background.PartnerStack.ConversionApi.ReleaseHung();
        }

        Assert.Equal(due.Length, await delivering);
        Assert.Equal(due.Length, background.PartnerStack.Conversions.Count);
    }

    [Fact]
    public async Task An_API_that_answers_nothing_but_errors_is_left_alone_and_tried_again_though_nobody_else_does()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.PartnerStack.ConversionApi.SetFault(Fault.Status(503));
        var first = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => background.ReadyAsync(ConversionState.Due, $"first-{number}")));
        await background.DeliverAsync(first);
        Assert.True(background.Pipeline.IsBroken);
        var second = await background.ReadyAsync(ConversionState.Due, "second");

        Assert.Equal(0, await background.DeliverAsync(second));
        Assert.Equal(("1", ConversionState.Due), ((await background.SeeAsync(second)).Field("attempts"), (await background.SeeAsync(second)).State));

        background.PartnerStack.ConversionApi.ClearFaults();
        background.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await background.DeliverAsync(second));
        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(second)).State);
        Assert.False(background.Pipeline.IsBroken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_process_that_was_paused_between_taking_and_sending_does_not_send(int clock)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Due);
        var longer = background.Settings.ConversionApi.TotalTimeout + TimeSpan.FromSeconds(1);
        background.Losses = () =>
        {
            // While the command is on its way: a stopped process's clocks go on, a suspended host's only the one on the wall.
            background.Losses = () => Loss.None;
            if (clock == 0)
            {
                background.Time.Advance(longer);
            }
            else
            {
                background.Time.AdjustTime(background.Time.GetUtcNow() + longer);
            }

            return Loss.None;
        };
        await background.DeliverAsync(id);

        Assert.Empty(background.PartnerStack.Calls);
        Assert.Contains((await background.SeeAsync(id)).State, new[] { ConversionState.Due, ConversionState.Claimed });
        Assert.Equal(0, background.Count("ConversionSent"));
    }

    [Fact]
    public async Task Nobody_begins_an_attempt_after_TotalTimeout()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var (id, token) = await background.Under.ClaimAsync();
        var lease = new Lease(
            id, token, "customer", "xid_1", "partner", "default", Ledger.LedgerUnderTest.TraceId, Moment.Now(background.Time));
        background.Time.Advance(background.Settings.ConversionApi.TotalTimeout + TimeSpan.FromMilliseconds(1));

        var sending = background.Sender.SendInlineAsync("{}"u8.ToArray(), lease.Since, background.Events.Observe(lease)).AsTask();
        await Eventually.IsTrueAsync(
            "it has given up",
            () =>
            {
                background.Time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(sending.IsCompleted);
            },
            cancellation: Cancellation);
        var inline = await sending;
        var once = await background.Sender.SendOnceAsync("{}"u8.ToArray(), lease.Since, background.Events.Observe(lease));

        Assert.All([inline, once], outcome => Assert.Equal((AttemptResult.NotDelivered, 0), (outcome.Answer.Meaning, outcome.Attempts)));
        Assert.Empty(background.PartnerStack.Calls);
    }

    [Fact]
    public async Task One_whose_body_cannot_be_read_is_a_dead_letter()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Due);
        await background.Under.Redis.StringSetAsync(background.Under.Keys.Of(id)[1], "not ours");

        Assert.Equal(1, await background.DeliverAsync(id));

        Assert.Equal((ConversionState.Dead, "body_lost"), ((await background.SeeAsync(id)).State, (await background.SeeAsync(id)).Field("error")));
        Assert.Equal(["body_lost"], background.Deaths());
    }

    [Fact]
    public async Task When_the_shim_stops_nothing_more_is_taken()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Due);

        Assert.Equal(0, await background.Delivery.RunAsync([id], new CancellationToken(canceled: true)));
        Assert.Equal(ConversionState.Due, (await background.SeeAsync(id)).State);
    }

    [Fact]
    public async Task A_job_whose_taking_was_not_heard_of_is_nobodys_until_its_lease_runs_out_and_is_read_back_then()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Due);
        background.Losses = () => Loss.Reply;
        Assert.Equal(0, await background.DeliverAsync(id));
        background.Losses = () => Loss.None;
        Assert.Equal(ConversionState.Claimed, (await background.SeeAsync(id)).State);
        Assert.Equal(0, await background.DeliverAsync(id));

        await background.Under.PassTimeAsync(id);
        Assert.Equal(1, await background.DeliverAsync(id));

        Assert.Equal(ConversionState.Ambiguous, (await background.SeeAsync(id)).State);
        Assert.Empty(background.PartnerStack.Calls);
    }

    [Theory]
    [InlineData(Loss.Command)]
    [InlineData(Loss.Reply)]
    internal async Task What_was_sent_while_Redis_was_away_is_written_down_when_it_is_back_and_counted_once(Loss loss)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Due);
        var commands = 0;
        background.Losses = () => Interlocked.Increment(ref commands) == 1 ? Loss.None : loss;
        await background.DeliverAsync(id);
        Assert.Equal(1, background.PartnerStack.ArrivalsFor("customer"));
        Assert.Equal(0, background.Count("ConversionSent"));

        background.Losses = () => Loss.None;
        await background.Backlog.StartAsync(Cancellation);
        await Eventually.IsTrueAsync("it is counted", () => Task.FromResult(background.Count("ConversionSent") == 1), cancellation: Cancellation);

        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(id)).State);
        await background.Backlog.StopAsync(Cancellation);
        Assert.Equal(1, background.Count("ConversionSent"));
    }
}
