using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>What people do to entries: delete customers, replay and discard dead letters.</summary>
[RedisSuite]
public class OperatorTests(TestRedis redis) : LedgerFixture(redis)
{
    [Theory]
    [InlineData(ConversionState.Claimed)]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Verified)]
    [InlineData(ConversionState.Dead)]
    [InlineData(ConversionState.Fallback)]
    internal async Task Erasing_cancels_job_and_read_back_for_ever(ConversionState state)
    {
        var (id, token) = await With.BringToAsync(state);

        Assert.Equal(state, await With.Ledger.EraseAsync(With.Budget, id));

        var seen = (await With.SeeAsync(id))!;
        Assert.Equal((ConversionState.Fallback, "erased", null), (seen.State, seen.Field("error"), seen.Field("token")));
        Assert.Equal(ClaimOutcome.Known, await With.TryClaimAsync("customer", LeaseToken.New()));
        Assert.Equal(ReviveOutcome.NotDead, await With.Ledger.ReviveAsync(With.Budget, id));
        Assert.Equal(FencedWrite.StaleLease, await With.Ledger.DueAsync(With.Budget, id, token, 1, TimeSpan.Zero, "status_503", maybeLanded: false));
    }

    [Fact]
    public async Task Erasing_does_not_mind_a_Redis_whose_clock_has_been_set_back()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Due);
        await With.Redis.HashSetAsync(With.Keys.Of(id)[0], "claimed_at", (await With.NowAsync() + TimeSpan.FromHours(1)).ToUnixTimeMilliseconds());

        Assert.Equal(ConversionState.Due, await With.Ledger.EraseAsync(With.Budget, id));
    }

    [Fact]
    public async Task Erasing_a_customer_who_is_not_known_makes_no_entry()
    {
        var id = LedgerUnderTest.IdOf("customer");

        Assert.Null(await With.Ledger.EraseAsync(With.Budget, id));
        Assert.Null(await With.SeeAsync(id));
    }

    [Fact]
    public async Task Only_a_dead_letter_is_discarded()
    {
        foreach (var state in Enum.GetValues<ConversionState>())
        {
            var (id, _) = await With.BringToAsync(state, $"{state}");

            Assert.Equal(state == ConversionState.Dead, await With.Ledger.DiscardAsync(With.Budget, id));

            var seen = (await With.SeeAsync(id))!;
            Assert.Equal(state == ConversionState.Dead ? ConversionState.Fallback : state, seen.State);
        }

        Assert.False(await With.Ledger.DiscardAsync(With.Budget, LedgerUnderTest.IdOf("nobody")));
    }

    [Fact]
    public async Task Only_a_dead_letter_is_revived()
    {
        foreach (var state in Enum.GetValues<ConversionState>())
        {
            var (id, _) = await With.BringToAsync(state, $"{state}");

            Assert.Equal(
                state == ConversionState.Dead ? ReviveOutcome.Revived : ReviveOutcome.NotDead,
                await With.Ledger.ReviveAsync(With.Budget, id, LedgerUnderTest.Anew($"{state}")));
        }

        Assert.Equal(ReviveOutcome.NotDead, await With.Ledger.ReviveAsync(With.Budget, LedgerUnderTest.IdOf("nobody"), LedgerUnderTest.Anew("nobody")));
    }

    [Fact]
    public async Task One_that_surely_did_not_land_is_due_at_once_and_young_again()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Dead);
        await With.Redis.HashSetAsync(With.Keys.Of(id)[0], [new("age_from", 1), new("resends", 3)]);
        var before = await With.NowAsync();

        Assert.Equal(ReviveOutcome.Revived, await With.Ledger.ReviveAsync(With.Budget, id));

        var seen = (await With.SeeAsync(id))!;
        Assert.Equal((ConversionState.Due, "0", "revived"), (seen.State, seen.Field("resends"), seen.Field("error")));
        Assert.InRange(seen.Time("age_from"), before, await With.NowAsync());
        await With.TakeAsync(id);
    }

    [Fact]
    public async Task One_that_may_have_landed_is_read_back_before_it_is_sent_again()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Ambiguous);
        await BuryAsync(id, "unverifiable");

        Assert.Equal(ReviveOutcome.Revived, await With.Ledger.ReviveAsync(With.Budget, id));

        Assert.Equal(ConversionState.Ambiguous, (await With.SeeAsync(id))!.State);
        await With.TakeDueReadBackAsync(id);
    }

    [Fact]
    public async Task One_that_may_have_landed_a_moment_ago_is_not_read_back_before_it_can_be_seen()
    {
        var (left, _) = await With.ClaimAsync("left");
        await With.PassTimeAsync(left);
        await With.Redis.HashSetAsync(With.Keys.Of(left)[0], "last_attempt", 1);
        await With.Redis.KeyDeleteAsync(With.Keys.Of(left)[1]);
        Assert.Equal(TakeOutcome.BodyLost, (await With.Ledger.TakeAsync(With.Budget, left, LeaseToken.New())).Outcome);

        // Nothing could be read back when this one was sent and given up.
        var (refused, token) = await With.ClaimAsync("refused");
        await With.Redis.HashSetAsync(With.Keys.Of(refused)[0], [new("last_attempt", 1), new("maybe", 1)]);
        Assert.Equal(FencedWrite.Applied, await With.Ledger.BuryAsync(With.Budget, refused, token, 1, "conflict_after_ambiguity"));

        foreach (var (id, key) in new[] { (left, "left"), (refused, "refused") })
        {
            var before = await With.NowAsync();
            Assert.Equal(ReviveOutcome.Revived, await With.Ledger.ReviveAsync(With.Budget, id, LedgerUnderTest.Anew(key)));

            var seen = (await With.SeeAsync(id))!;
            Assert.Equal(ConversionState.Ambiguous, seen.State);
            Assert.InRange(seen.DueAt, before + LedgerUnderTest.Grace - TimeSpan.FromMinutes(1), before + LedgerUnderTest.Grace);
        }
    }

    [Fact]
    public async Task One_that_was_taken_and_could_not_be_proved_is_read_back_before_it_is_sent_again()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await BuryAsync(id, "unverifiable");

        Assert.Equal(ReviveOutcome.Revived, await With.Ledger.ReviveAsync(With.Budget, id));

        Assert.Equal(ConversionState.Ambiguous, (await With.SeeAsync(id))!.State);
    }

    [Fact]
    public async Task Without_a_key_pair_it_is_due()
    {
        var (id, token) = await Without.ClaimAsync();
        await Without.Ledger.DueAsync(Without.Budget, id, token, 1, TimeSpan.Zero, "timeout", maybeLanded: true);
        var job = await Without.TakeDueAsync(id);
        await Without.Ledger.BuryAsync(Without.Budget, id, job.Token, 1, "conflict_after_ambiguity");

        Assert.Equal(ReviveOutcome.Revived, await Without.Ledger.ReviveAsync(Without.Budget, id));

        Assert.True((await Without.TakeAsync(id)).MaybeLanded);
    }

    [Fact]
    public async Task Without_its_body_only_a_new_one_revives_it()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Dead);
        await With.Redis.KeyDeleteAsync(With.Keys.Of(id)[1]);

        Assert.Equal(ReviveOutcome.NoBody, await With.Ledger.ReviveAsync(With.Budget, id));
        Assert.Equal("dead", await With.Redis.HashGetAsync(With.Keys.Of(id)[0], "state"));
        Assert.Equal(ReviveOutcome.Revived, await With.Ledger.ReviveAsync(With.Budget, id, LedgerUnderTest.Anew("customer")));
        Assert.Equal(ConversionState.Due, (await With.SeeAsync(id))!.State);
    }

    [Fact]
    public async Task Of_many_who_replay_it_one_does()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Dead);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => With.Ledger.ReviveAsync(With.Budget, id).AsTask()));

        Assert.Single(outcomes, ReviveOutcome.Revived);
    }

    private async Task BuryAsync(ConversionId id, string reason)
    {
        var review = await With.TakeDueReadBackAsync(id);
        Assert.Equal(FencedWrite.Applied, await With.Ledger.BuryAsync(With.Budget, id, review.Job.Token, 0, reason));
    }
}
