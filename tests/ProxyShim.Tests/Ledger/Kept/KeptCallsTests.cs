using System.Text;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger.Kept;

[RedisSuite]
public class KeptCallsTests(TestRedis redis) : LedgerFixture(redis)
{
    [Theory]
    [InlineData("held")]
    [InlineData("claimed")]
    [InlineData("due")]
    [InlineData("ambiguous")]
    [InlineData("sent")]
    public async Task Calls_about_a_customer_who_is_not_verified_wait_in_order_until_it_is(string name)
    {
        await using var kept = new KeptUnderTest(With);
        var (id, token) = await With.BringToAsync(Lifecycle.Parse(name));
        Assert.Equal([KeepOutcome.Kept, KeepOutcome.Kept], [await kept.KeepAsync(id, "a"), await kept.KeepAsync(id, "b")]);

        await kept.PassTimeAsync(id);
        Assert.Null(await kept.TakeAsync(id));

        await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
        await kept.PassTimeAsync(id);
        Assert.Equal("a", await kept.PlayAsync(id));
        Assert.Equal("b", await kept.PlayAsync(id));
        Assert.Null(await kept.TakeAsync(id));
        Assert.Empty(await kept.LeftAsync());
    }

    [Theory]
    [InlineData("verified")]
    [InlineData("fallback")]
    [InlineData("dead")]
    public async Task About_anybody_else_nothing_is_kept(string name)
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(Lifecycle.Parse(name));

        Assert.Equal(KeepOutcome.NotNeeded, await kept.KeepAsync(id, "a"));
        Assert.Equal(KeepOutcome.NotNeeded, await kept.KeepAsync(LedgerUnderTest.IdOf("nobody"), "a"));
        Assert.Empty(await kept.LeftAsync());
    }

    [Fact]
    public async Task Who_was_verified_while_the_404_was_on_its_way_has_its_call_played_at_once()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Verified);

        Assert.Equal(KeepOutcome.Kept, await kept.KeepAsync(id, "a", wasUnverified: true));

        Assert.Equal("a", await kept.PlayAsync(id));
    }

    [Fact]
    public async Task While_a_read_back_is_under_way_its_end_is_awaited_and_not_that_of_its_lease()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await kept.KeepAsync(id, "a");
        await With.TakeDueReadBackAsync(id);
        await kept.PassTimeAsync(id);

        Assert.Null(await kept.TakeAsync(id));

        Assert.InRange(await kept.NextLookAsync(id) - await With.NowAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task No_more_wait_than_may()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        Assert.Equal(KeepOutcome.Kept, await kept.KeepAsync(id, "a", most: 1));

        Assert.Equal(KeepOutcome.TooMany, await kept.KeepAsync(id, "b", most: 1));
        Assert.Equal(KeepOutcome.TooMany, await kept.KeepAsync(id, new string('x', KeptCalls.MaxBytes), most: 10));
    }

    [Fact]
    public async Task Of_many_players_one_takes_it_and_who_is_late_settles_nothing()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await kept.KeepAsync(id, "a");
        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);

        var takes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => kept.TakeAsync(id)));
        var first = Assert.Single(takes.OfType<TakenCall>());
        await kept.PassTimeAsync(id);
        var second = await kept.TakeAsync(id);

        Assert.Equal((false, true), (first.WasBegun, second!.WasBegun));
        Assert.False(await kept.Calls.PlayedAsync(kept.Budget, first));
        Assert.True(await kept.Calls.PlayedAsync(kept.Budget, second));
    }

    [Fact]
    public async Task What_did_not_land_may_be_played_again_and_is_not_said_to_have_been_begun()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await kept.KeepAsync(id, "a");
        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);
        var taken = (await kept.TakeAsync(id))!;

        await kept.Calls.RescheduleAsync(kept.Budget, taken, TimeSpan.FromHours(1), mayHaveLanded: false);

        Assert.Null(await kept.TakeAsync(id));
        await kept.PassTimeAsync(id);
        Assert.Equal((false, 2), ((await kept.TakeAsync(id))!.WasBegun, taken.Attempts + 1));
    }

    [Fact]
    public async Task A_dead_call_keeps_nobody_waiting_and_is_played_or_discarded_when_a_person_says_so()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        foreach (var body in (string[])["a", "b", "c"])
        {
            await kept.KeepAsync(id, body);
        }

        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);
        await kept.Calls.BuryAsync(kept.Budget, (await kept.TakeAsync(id))!, "refused", 400);
        await kept.Calls.BuryAsync(kept.Budget, (await kept.TakeAsync(id))!, "may_have_landed", null);
        Assert.Equal("c", await kept.PlayAsync(id));

        var dead = await kept.Calls.DeadAsync(kept.Budget, 10);
        Assert.Equal(["a refused 400", "b may_have_landed"], dead.Select(letter => $"{Encoding.UTF8.GetString(letter.Call!.Body.Span)} {letter.Reason}").Order());
        Assert.True(await kept.Calls.ReplayAsync(kept.Budget, new CallReference(id, 1)));
        Assert.False(await kept.Calls.ReplayAsync(kept.Budget, new CallReference(id, 1)));
        Assert.True(await kept.Calls.DiscardAsync(kept.Budget, new CallReference(id, 2)));
        Assert.Equal("a", await kept.PlayAsync(id));
        Assert.Empty(await kept.LeftAsync());
    }

    [Fact]
    public async Task An_erased_customer_leaves_no_call_dead_or_alive()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await kept.KeepAsync(id, "a");
        await kept.KeepAsync(id, "b");
        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);
        await kept.Calls.BuryAsync(kept.Budget, (await kept.TakeAsync(id))!, "refused", 400);

        await With.Ledger.EraseAsync(With.Budget, id);

        Assert.Empty(await kept.LeftAsync());
    }

    [Fact]
    public async Task The_survey_tells_what_waits()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        var before = await With.NowAsync();
        await kept.KeepAsync(id, "a");
        var waiting = await With.Ledger.SurveyAsync(With.Redis, id.Partition, 10);
        Assert.Equal((1, 0, 0), (waiting.WaitingDepth, waiting.LettersDepth, waiting.Playing.Count));
        Assert.InRange(waiting.OldestWaiting!.Value, before, await With.NowAsync());

        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);
        Assert.Equal([id], (await With.Ledger.SurveyAsync(With.Redis, id.Partition, 10)).Playing);
    }

    /// <summary>Random interleavings of two players, a person and a customer's fate: each call takes effect once, in order, or is a dead letter, or went with its customer.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Whatever_happens_in_between_none_is_lost_none_comes_twice_and_the_order_holds(int seed)
    {
        await using var kept = new KeptUnderTest(With);
        var random = new Random(seed);
        for (var customer = 0; customer < 5; customer++)
        {
            var (id, token) = await With.BringToAsync(ConversionState.Sent, $"customer-{customer}");
            var (sent, effects, dead, holders) = (0, new List<int>(), new List<int>(), new List<TakenCall>());
            var verified = false;
            for (var step = 0; step < 120; step++)
            {
                await kept.PassTimeAsync(id);
                switch (random.Next(6))
                {
                    case 0 or 1 when !verified:
                        Assert.Equal(KeepOutcome.Kept, await kept.KeepAsync(id, $"{++sent}", most: 1000));
                        break;
                    case 2 when step > 40 && !verified:
                        await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
                        verified = true;
                        break;
                    case 3 or 4 when await kept.TakeAsync(id) is { } taken:
                        Assert.True(verified);
                        if (taken.WasBegun)
                        {
                            // A POST that may have landed: whoever began it is gone, or late.
                            dead.Add(NumberOf(taken));
                            Assert.True(await kept.Calls.BuryAsync(kept.Budget, taken, "may_have_landed", null));
                            break;
                        }

                        // It is played, or its player dies before; and who has played it settles that some time, or dies before that too.
                        if (random.Next(3) > 0)
                        {
                            effects.Add(NumberOf(taken));
                            holders.Add(taken);
                        }

                        break;
                    case 5 when holders.Count > 0:
                        // Too late, perhaps.
                        await kept.Calls.PlayedAsync(kept.Budget, holders[random.Next(holders.Count)]);
                        break;
                }
            }

            await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
            await kept.PassTimeAsync(id);
            while (await kept.TakeAsync(id) is { } rest)
            {
                (rest.WasBegun ? dead : effects).Add(NumberOf(rest));
                Assert.True(await (rest.WasBegun ? kept.Calls.BuryAsync(kept.Budget, rest, "may_have_landed", null) : kept.Calls.PlayedAsync(kept.Budget, rest)));
                await kept.PassTimeAsync(id);
            }

            Assert.Equal(effects.Order().Distinct(), effects);
            Assert.Equal(Enumerable.Range(1, sent), effects.Union(dead).Order());
            Assert.Distinct(dead);
        }
    }

    private static int NumberOf(TakenCall taken) => int.Parse(Encoding.UTF8.GetString(KeptCall.Read(taken.Call).Body.Span), System.Globalization.CultureInfo.InvariantCulture);
}
