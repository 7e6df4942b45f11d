using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

[RedisSuite]
public class ReadBackRuleTests(TestRedis redis) : LedgerFixture(redis)
{
    [Theory]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Ambiguous)]
    internal async Task A_read_back_waits_for_its_time_and_is_one_readers(ConversionState state)
    {
        var (id, _) = await With.BringToAsync(state);
        Assert.Null(await With.Ledger.TakeReadBackAsync(With.Budget, id, LeaseToken.New()));
        await With.PassTimeAsync(id);
        var before = await With.NowAsync();

        var reviews = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => With.Ledger.TakeReadBackAsync(With.Budget, id, LeaseToken.New()).AsTask()));

        var review = Assert.Single(reviews, review => review is not null)!;
        Assert.Equal((state, 1, 0, 1), (review.State, review.Job.Attempts, review.Resends, review.ReadBacks));
        Assert.Equal(LedgerUnderTest.BodyOf("customer").ToArray(), review.Job.Body!.Value.ToArray());
        var seen = (await With.SeeAsync(id))!;
        Assert.Equal(seen.Time("claimed_at"), review.Job.ClaimedAt);
        Assert.Equal(seen.Time("last_attempt"), review.LastAttempt);
        Assert.InRange(seen.DueAt - LedgerUnderTest.Lease, before, await With.NowAsync());
        Assert.Equal(state, seen.State);
    }

    [Fact]
    public async Task One_that_was_left_comes_up_again()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await With.TakeDueReadBackAsync(id);
        Assert.Equal(2, (await With.TakeDueReadBackAsync(id)).ReadBacks);
    }

    [Theory]
    [InlineData(ConversionState.Claimed)]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Dead)]
    internal async Task Proof_is_accepted_from_anyone_and_ends_it(ConversionState state)
    {
        var (id, _) = await With.BringToAsync(state);

        Assert.NotEqual(VerifiedOutcome.Already, await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "already_existed"));

        var seen = (await With.SeeAsync(id))!;
        Assert.Equal((ConversionState.Verified, "already_existed"), (seen.State, seen.Field("error")));
        Assert.Equal(VerifiedOutcome.Already, await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), ""));
    }

    [Fact]
    public async Task Proof_does_not_bring_back_an_erased_customer()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await With.Ledger.EraseAsync(With.Budget, id);

        Assert.Equal(VerifiedOutcome.Already, await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), ""));
        Assert.Equal(ConversionState.Fallback, (await With.SeeAsync(id))!.State);
        Assert.Equal(VerifiedOutcome.Already, await With.Ledger.VerifiedAsync(With.Budget, LedgerUnderTest.IdOf("nobody"), LeaseToken.New(), ""));
    }

    [Fact]
    public async Task A_phantom_is_due_at_once_and_counted()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        for (var resends = 0; resends < 3; resends++)
        {
            var review = await With.TakeDueReadBackAsync(id);
            Assert.Equal(resends, review.Resends);
            Assert.Equal(FencedWrite.Applied, await With.Ledger.ReadBackNotFoundAsync(With.Budget, id, review.Job.Token));

            var seen = (await With.SeeAsync(id))!;
            Assert.Equal((ConversionState.Due, "phantom"), (seen.State, seen.Field("error")));
            Assert.True(seen.DueAt <= await With.NowAsync());
            var job = await With.TakeAsync(id);
            Assert.False(job.MaybeLanded);
            await With.Ledger.SentAsync(With.Budget, id, job.Token, 1, "xid_1");
        }
    }

    [Fact]
    public async Task An_ambiguous_one_that_did_not_land_is_due_at_once_and_no_phantom()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Ambiguous);
        var review = await With.TakeDueReadBackAsync(id);

        Assert.Equal(FencedWrite.Applied, await With.Ledger.ReadBackNotFoundAsync(With.Budget, id, review.Job.Token));

        var seen = (await With.SeeAsync(id))!;
        Assert.Equal((ConversionState.Due, "not_landed", "0"), (seen.State, seen.Field("error"), seen.Field("resends") ?? "0"));
        Assert.False((await With.TakeAsync(id)).MaybeLanded);
    }

    [Theory]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Ambiguous)]
    internal async Task One_that_told_nothing_is_asked_again_after_the_wait(ConversionState state)
    {
        var (id, _) = await With.BringToAsync(state);
        var review = await With.TakeDueReadBackAsync(id);
        var before = await With.NowAsync();

        Assert.Equal(FencedWrite.Applied, await With.Ledger.RescheduleReadBackAsync(With.Budget, id, review.Job.Token, TimeSpan.FromMinutes(7)));

        var seen = (await With.SeeAsync(id))!;
        Assert.Equal(state, seen.State);
        Assert.InRange(seen.DueAt - TimeSpan.FromMinutes(7), before, await With.NowAsync());
    }

    [Fact]
    public async Task Without_a_key_pair_what_was_sent_is_done()
    {
        var (id, _) = await Without.BringToAsync(ConversionState.Sent);
        await Without.PassTimeAsync(id);

        Assert.Null(await Without.Ledger.TakeReadBackAsync(Without.Budget, id, LeaseToken.New()));
    }

    [Fact]
    public async Task When_the_key_pair_is_gone_what_was_sent_is_done_and_its_body_too()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        var review = await With.TakeDueReadBackAsync(id);

        Assert.Equal(FencedWrite.Applied, await With.Ledger.AbandonReadBackAsync(With.Budget, id, review.Job.Token));

        // As a ledger without a key pair would have it.
        var seen = (await new LedgerUnderTest(With.Scope, readsBack: false).SeeAsync(id))!;
        Assert.Equal(ConversionState.Sent, seen.State);
    }
}
