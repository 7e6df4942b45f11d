using ProxyShim.Ledger;
using ProxyShim.Ledger.Held;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger.Held;

[RedisSuite]
public class HeldCreationsTests(TestRedis redis) : LedgerFixture(redis)
{
    [Fact]
    public async Task Nobody_looks_for_the_click_before_the_caller_is_told()
    {
        var (id, token) = (LedgerUnderTest.IdOf("customer"), LeaseToken.New());
        Assert.Equal(ClaimOutcome.Claimed, await With.TryHoldAsync("customer", token));
        Assert.Equal((TakeOutcome.Gone, null), await With.Held.TakeAsync(With.Budget, id, LeaseToken.New()));

        Assert.True(await With.Ledger.AcknowledgeAsync(With.Budget, id, token));

        Assert.False((await With.TakeHeldAsync(id)).MaybeLanded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whose_holder_never_told_the_caller_is_read_back_first_whoever_else_was_told(bool repeated)
    {
        foreach (var under in new[] { With, Without })
        {
            var id = LedgerUnderTest.IdOf("customer");
            await under.TryHoldAsync("customer", LeaseToken.New());
            Assert.Equal(repeated, repeated && await under.Ledger.AcknowledgeAsync(under.Budget, id));
            Assert.Equal(TakeOutcome.Gone, (await under.Held.TakeAsync(under.Budget, id, LeaseToken.New())).Outcome);

            await under.PassTimeAsync(id);
            if (under.ReadsBack)
            {
                Assert.Equal(TakeOutcome.Gone, (await under.Held.TakeAsync(under.Budget, id, LeaseToken.New())).Outcome);
                var waiting = (await under.SeeAsync(id))!;
                Assert.Equal(waiting.Time("last_attempt") + LedgerUnderTest.Grace, waiting.DueAt);
                await under.PassTimeAsync(id);
            }

            Assert.True((await under.TakeHeldAsync(id)).MaybeLanded);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_had_it_held_says_late_what_became_of_it(bool given)
    {
        var (id, token) = (LedgerUnderTest.IdOf("customer"), LeaseToken.New());
        await With.TryHoldAsync("customer", token);
        await With.PassTimeAsync(id);
        await With.Held.TakeAsync(With.Budget, id, LeaseToken.New());

        if (given)
        {
            Assert.Equal(FencedWrite.Applied, await With.Ledger.FallbackAsync(With.Budget, id, token, 0, "redis_down"));
            return;
        }

        Assert.True(await With.Ledger.AcknowledgeAsync(With.Budget, id, token));
        Assert.False((await With.TakeHeldAsync(id)).MaybeLanded);
    }

    [Fact]
    public async Task A_click_that_a_repeat_brings_does_not_convert_whom_the_customer_api_may_have()
    {
        var (id, token) = (LedgerUnderTest.IdOf("customer"), LeaseToken.New());
        await With.TryHoldAsync("customer", token);
        var brought = LedgerUnderTest.Anew("customer");

        Assert.Equal(FencedWrite.StaleLease, await With.Held.ClickSuppliedAsync(With.Budget, id, brought));

        await With.Ledger.AcknowledgeAsync(With.Budget, id, token);
        Assert.Equal(FencedWrite.Applied, await With.Held.ClickSuppliedAsync(With.Budget, id, brought));
    }

    [Fact]
    public async Task Who_was_given_away_because_redis_was_silent_is_not_held_and_who_was_promised_is_not_given_away()
    {
        var (given, promised) = (LeaseToken.New(), LeaseToken.New());
        await With.TryHoldAsync("given", given);
        await With.TryHoldAsync("promised", promised);
        await With.Ledger.AcknowledgeAsync(With.Budget, LedgerUnderTest.IdOf("promised"));

        Assert.Equal(FencedWrite.Applied, await With.Ledger.FallbackAsync(With.Budget, LedgerUnderTest.IdOf("given"), given, 0, "redis_down"));
        Assert.Equal(FencedWrite.StaleLease, await With.Ledger.FallbackAsync(With.Budget, LedgerUnderTest.IdOf("promised"), promised, 0, "redis_down"));

        Assert.Equal(ConversionState.Fallback, (await With.SeeAsync(LedgerUnderTest.IdOf("given")))!.State);
        Assert.False(await With.Ledger.AcknowledgeAsync(With.Budget, LedgerUnderTest.IdOf("given")));
        Assert.Equal(ConversionState.Held, (await With.SeeAsync(LedgerUnderTest.IdOf("promised")))!.State);
    }

    [Fact]
    public async Task Too_late_or_known_it_is_refused()
    {
        Assert.Equal(ClaimOutcome.Late, await With.TryHoldAsync("customer", LeaseToken.New(), TimeSpan.FromMinutes(-1)));
        Assert.Null(await With.SeeAsync(LedgerUnderTest.IdOf("customer")));
        await With.ClaimAsync();
        Assert.Equal(ClaimOutcome.Known, await With.TryHoldAsync("customer", LeaseToken.New()));
        await With.HoldAsync("other");
        Assert.Equal(ClaimOutcome.Known, await With.TryClaimAsync("other", LeaseToken.New()));
    }

    [Fact]
    public async Task A_click_that_comes_makes_it_due_at_once_with_the_click_it_found()
    {
        var id = await With.HoldAsync();
        var job = await With.TakeHeldAsync(id);

        Assert.Equal(FencedWrite.Applied, await With.Held.ClickFoundAsync(With.Budget, id, job.Token, LedgerUnderTest.BodyOf("customer"), "xid_1"));

        var taken = await With.TakeAsync(id);
        Assert.Equal(("xid_1", 0, false, "default"), (taken.Xid, taken.Attempts, taken.MaybeLanded, taken.Caller));
        Assert.True(taken.TriedFor < TimeSpan.FromMinutes(1));
        Assert.Equal(LedgerUnderTest.BodyOf("customer").ToArray(), taken.Body!.Value.ToArray());
    }

    [Fact]
    public async Task Only_the_holder_of_the_lease_says_what_becomes_of_it()
    {
        var id = await With.HoldAsync();
        var late = await With.TakeHeldAsync(id);
        Assert.Equal(TakeOutcome.Gone, (await With.Held.TakeAsync(With.Budget, id, LeaseToken.New())).Outcome);
        await With.PassTimeAsync(id);
        var now = await With.TakeHeldAsync(id);

        Assert.Equal(FencedWrite.StaleLease, await With.Held.BeginHandOverAsync(With.Budget, id, late.Token, "no_click"));
        Assert.Equal(FencedWrite.StaleLease, await With.Held.ClickFoundAsync(With.Budget, id, late.Token, LedgerUnderTest.BodyOf("customer"), "xid_1"));
        Assert.Equal(FencedWrite.StaleLease, await With.Held.HandedOverAsync(With.Budget, id, late.Token, "no_click"));
        Assert.Equal(FencedWrite.StaleLease, await With.Held.RescheduleAsync(With.Budget, id, late.Token, TimeSpan.Zero, mayHaveLanded: false, ""));
        Assert.Equal(FencedWrite.Applied, await With.Held.BeginHandOverAsync(With.Budget, id, now.Token, "no_click"));
        Assert.Equal(FencedWrite.Applied, await With.Held.HandedOverAsync(With.Budget, id, now.Token, "no_click"));
        var seen = (await With.SeeAsync(id))!;
        Assert.Equal((ConversionState.Fallback, "no_click"), (seen.State, seen.Field("error")));
    }

    [Fact]
    public async Task A_hand_over_that_was_begun_and_left_may_have_landed_and_is_taken_when_it_can_be_read_back()
    {
        var id = await With.HoldAsync();
        await With.Held.BeginHandOverAsync(With.Budget, id, (await With.TakeHeldAsync(id)).Token, "no_click");

        await With.PassTimeAsync(id);
        Assert.Equal(TakeOutcome.Gone, (await With.Held.TakeAsync(With.Budget, id, LeaseToken.New())).Outcome);
        var waiting = (await With.SeeAsync(id))!;
        Assert.Equal(waiting.Time("last_attempt") + LedgerUnderTest.Grace, waiting.DueAt);

        await With.PassTimeAsync(id);
        Assert.True((await With.TakeHeldAsync(id)).MaybeLanded);
    }

    [Fact]
    public async Task What_settles_a_hand_over_late_still_counts_as_long_as_nobody_else_has_taken_it()
    {
        var id = await With.HoldAsync();
        var job = await With.TakeHeldAsync(id);
        await With.Held.BeginHandOverAsync(With.Budget, id, job.Token, "no_click");
        await With.PassTimeAsync(id);
        await With.Held.TakeAsync(With.Budget, id, LeaseToken.New());

        Assert.Equal(FencedWrite.Applied, await With.Held.HandedOverAsync(With.Budget, id, job.Token, "no_click"));
    }

    [Fact]
    public async Task Where_nothing_can_be_read_back_a_hand_over_that_was_left_waits_for_its_lease_only()
    {
        var id = await Without.HoldAsync();
        await Without.Held.BeginHandOverAsync(Without.Budget, id, (await Without.TakeHeldAsync(id)).Token, "no_click");

        await Without.PassTimeAsync(id);

        Assert.True((await Without.TakeHeldAsync(id)).MaybeLanded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dead_one_that_is_replayed_is_held_again_and_one_that_may_have_landed_is_read_back_first(bool readsBack)
    {
        var under = readsBack ? With : Without;
        var id = await under.HoldAsync();
        var job = await under.TakeHeldAsync(id);
        await under.Held.BeginHandOverAsync(under.Budget, id, job.Token, "no_click");
        await under.Ledger.BuryAsync(under.Budget, id, job.Token, 0, "may_have_landed");
        Assert.Equal(ConversionState.Dead, (await under.SeeAsync(id))!.State);

        Assert.Equal(ReviveOutcome.Revived, await under.Ledger.ReviveAsync(under.Budget, id));

        Assert.Equal(ConversionState.Held, (await under.SeeAsync(id))!.State);
        Assert.Equal(readsBack ? TakeOutcome.Gone : TakeOutcome.Taken, (await under.Held.TakeAsync(under.Budget, id, LeaseToken.New())).Outcome);
        await under.PassTimeAsync(id);
        Assert.Equal(readsBack, (await under.TakeHeldAsync(id)).MaybeLanded);
    }

    [Fact]
    public async Task Who_is_erased_is_handed_to_nobody()
    {
        var id = await With.HoldAsync();
        var job = await With.TakeHeldAsync(id);

        Assert.Equal(ConversionState.Held, await With.Ledger.EraseAsync(With.Budget, id));

        Assert.Equal(FencedWrite.StaleLease, await With.Held.BeginHandOverAsync(With.Budget, id, job.Token, "no_click"));
        Assert.Equal(ConversionState.Fallback, (await With.SeeAsync(id))!.State);
    }

    [Fact]
    public async Task Whom_an_older_version_erased_it_is_not_looked_at_any_more()
    {
        // It knows the keys of its own indexes only.
        var id = await With.HoldAsync();
        var keys = With.Keys.Of(id);
        await With.Redis.HashSetAsync(keys[0], "state", "fallback");
        await With.Redis.KeyDeleteAsync(keys[1]);

        Assert.Equal(TakeOutcome.Gone, (await With.Held.TakeAsync(With.Budget, id, LeaseToken.New())).Outcome);

        Assert.Equal(ConversionState.Fallback, (await With.SeeAsync(id))!.State);
    }

    [Fact]
    public async Task One_without_its_request_is_a_dead_letter()
    {
        var id = await With.HoldAsync();
        await With.Redis.KeyDeleteAsync(With.Keys.Of(id)[1]);

        Assert.Equal(TakeOutcome.BodyLost, (await With.Held.TakeAsync(With.Budget, id, LeaseToken.New())).Outcome);

        Assert.Equal("dead", await With.Redis.HashGetAsync(With.Keys.Of(id)[0], "state"));
    }
}
