using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

[RedisSuite]
public class TakeTests(TestRedis redis) : LedgerFixture(redis)
{
    [Fact]
    public async Task A_job_is_taken_only_when_it_is_due()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Due);

        Assert.Equal((TakeOutcome.Gone, null), await With.Ledger.TakeAsync(With.Budget, id, LeaseToken.New()));
        Assert.Equal(ConversionState.Due, (await With.SeeAsync(id))!.State);

        await With.PassTimeAsync(id);
        var before = await With.NowAsync();
        var job = await With.TakeAsync(id);
        var seen = (await With.SeeAsync(id))!;
        Assert.Equal((ConversionState.Claimed, job.Token.Value), (seen.State, seen.Field("token")));
        Assert.InRange(seen.DueAt - LedgerUnderTest.Lease, before, await With.NowAsync());
        Assert.Equal(seen.DueAt, seen.Time("lease"));
    }

    [Fact]
    public async Task What_is_taken_says_all_that_is_needed_to_send_it()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Due);
        var job = await With.TakeDueAsync(id);

        Assert.Equal(
            (id, 1, false, "xid_1", LedgerUnderTest.TraceId, "default"), (job.Id, job.Attempts, job.MaybeLanded, job.Xid, job.TraceId, job.Caller));
        Assert.Equal(LedgerUnderTest.BodyOf("customer").ToArray(), job.Body!.Value.ToArray());
        Assert.Equal(((await With.SeeAsync(id))!.Time("claimed_at"), job.ClaimedAt), (job.ClaimedAt, job.TriedSince));
        Assert.InRange(job.Age, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Of_many_workers_one_takes_it()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Due);
        await With.PassTimeAsync(id);

        var takes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => With.Ledger.TakeAsync(With.Budget, id, LeaseToken.New()).AsTask()));

        Assert.Single(takes, take => take.Outcome == TakeOutcome.Taken);
        Assert.Equal(19, takes.Count(take => take.Outcome == TakeOutcome.Gone));
    }

    [Fact]
    public async Task A_claim_under_lease_is_nobody_elses()
    {
        var (id, token) = await With.ClaimAsync();

        Assert.Equal(TakeOutcome.Gone, (await With.Ledger.TakeAsync(With.Budget, id, LeaseToken.New())).Outcome);
        Assert.Equal(token.Value, (await With.SeeAsync(id))!.Field("token"));
    }

    [Fact]
    public async Task A_claim_that_was_left_is_read_back_before_it_is_sent_again()
    {
        var (id, _) = await With.ClaimAsync();
        await With.PassTimeAsync(id);
        var before = await With.NowAsync();

        Assert.Equal((TakeOutcome.Ambiguous, null), await With.Ledger.TakeAsync(With.Budget, id, LeaseToken.New()));

        var seen = (await With.SeeAsync(id))!;
        Assert.Equal((ConversionState.Ambiguous, "1", "lease_expired"), (seen.State, seen.Field("maybe"), seen.Field("error")));
        Assert.InRange(seen.DueAt - LedgerUnderTest.Grace, before, await With.NowAsync());
        Assert.Null(seen.Field("token"));
    }

    [Fact]
    public async Task Without_a_key_pair_it_is_sent_again_and_says_so()
    {
        var (id, _) = await Without.ClaimAsync();
        var job = await Without.TakeDueAsync(id);

        Assert.True(job.MaybeLanded);
        Assert.Equal(FencedWrite.Applied, await Without.Ledger.DueAsync(Without.Budget, id, job.Token, 1, TimeSpan.Zero, "status_503", job.MaybeLanded));
        Assert.True((await Without.TakeDueAsync(id)).MaybeLanded);
    }

    [Fact]
    public async Task One_whose_body_is_lost_is_a_dead_letter_that_nobody_holds()
    {
        var (id, token) = await With.BringToAsync(ConversionState.Due);
        await With.PassTimeAsync(id);
        var keys = With.Keys.Of(id);
        await With.Redis.KeyDeleteAsync(keys[1]);
        await With.Redis.HashSetAsync(keys[0], "token", token.Value);

        Assert.Equal((TakeOutcome.BodyLost, null), await With.Ledger.TakeAsync(With.Budget, id, LeaseToken.New()));

        Assert.Equal(["dead", "body_lost"], await With.Redis.HashGetAsync(keys[0], ["state", "error"]));
        Assert.NotNull(await With.Redis.SortedSetScoreAsync(keys[4], id.Hash));
        Assert.Null(await With.Redis.SortedSetScoreAsync(keys[2], id.Hash));
        Assert.Equal(FencedWrite.StaleLease, await With.Ledger.DueAsync(With.Budget, id, token, 1, TimeSpan.Zero, "status_503", maybeLanded: false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_was_left_and_has_lost_its_body_too_may_have_landed_all_the_same(bool readsBack)
    {
        var under = readsBack ? With : Without;
        var (id, _) = await under.ClaimAsync();
        await under.PassTimeAsync(id);
        await under.Redis.KeyDeleteAsync(under.Keys.Of(id)[1]);
        Assert.Equal(TakeOutcome.BodyLost, (await under.Ledger.TakeAsync(under.Budget, id, LeaseToken.New())).Outcome);

        // The legacy app posts it again.
        Assert.Equal(ReviveOutcome.Revived, await under.Ledger.ReviveAsync(under.Budget, id, LedgerUnderTest.Anew("customer")));

        Assert.Equal(readsBack ? ConversionState.Ambiguous : ConversionState.Due, (await under.SeeAsync(id))!.State);
        Assert.True(readsBack || (await under.TakeAsync(id)).MaybeLanded);
    }

    [Theory]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Verified)]
    [InlineData(ConversionState.Dead)]
    [InlineData(ConversionState.Fallback)]
    internal async Task What_is_not_due_is_not_taken(ConversionState state)
    {
        var (id, _) = await With.BringToAsync(state);
        await With.PassTimeAsync(id);

        Assert.Equal(TakeOutcome.Gone, (await With.Ledger.TakeAsync(With.Budget, id, LeaseToken.New())).Outcome);
        Assert.Equal(state, (await With.SeeAsync(id))!.State);
    }

    [Fact]
    public async Task One_that_may_have_landed_before_there_was_a_key_pair_is_read_back_first()
    {
        var (id, token) = await Without.ClaimAsync();
        await Without.Ledger.DueAsync(Without.Budget, id, token, 1, TimeSpan.Zero, "timeout", maybeLanded: true);
        await Without.PassTimeAsync(id);
        var with = new LedgerUnderTest(Without.Scope);

        Assert.Equal((TakeOutcome.Ambiguous, null), await with.Ledger.TakeAsync(with.Budget, id, LeaseToken.New()));
        Assert.Equal(ConversionState.Ambiguous, (await with.SeeAsync(id))!.State);
    }

    [Fact]
    public async Task An_index_without_its_entry_is_cleared_away()
    {
        var id = LedgerUnderTest.IdOf("customer");
        var keys = With.Keys.Of(id);
        await With.Redis.SortedSetAddAsync(keys[2], id.Hash, 1);
        await With.Redis.SortedSetAddAsync(keys[3], id.Hash, 1);

        Assert.Equal(TakeOutcome.Gone, (await With.Ledger.TakeAsync(With.Budget, id, LeaseToken.New())).Outcome);
        Assert.Null(await With.Ledger.TakeReadBackAsync(With.Budget, id, LeaseToken.New()));

        Assert.Null(await With.SeeAsync(id));
    }
}
