using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger.Older;

/// <summary>During an update an older replica goes on with what this version has begun, and this one with what the older has.</summary>
[RedisSuite]
public class OlderReplicaTests(TestRedis redis) : LedgerFixture(redis)
{
    [Fact]
    public async Task It_takes_over_what_was_claimed_here_and_reads_it_back()
    {
        var (older, (id, _)) = (new OlderReplica(With), await With.ClaimAsync());
        await With.PassTimeAsync(id);

        Assert.Equal("ambiguous", (await older.TakeAsync(id, LeaseToken.New())).Said);
        await With.PassTimeAsync(id);

        var (said, job, lastAttempt) = await older.ReviewAsync(id, LeaseToken.New());
        Assert.Equal(("taken", 0, true, "xid_1"), (said, job!.Attempts, job.MaybeLanded, job.Xid));
        Assert.InRange(lastAttempt!.Value, job.ClaimedAt, await With.NowAsync());
    }

    [Fact]
    public async Task It_sends_what_was_claimed_here_where_nothing_can_be_read_back()
    {
        var (older, (id, _), token) = (new OlderReplica(Without), await Without.ClaimAsync(), LeaseToken.New());
        await Without.PassTimeAsync(id);

        var (said, job) = await older.TakeAsync(id, token);
        Assert.Equal(("taken", 0, true, job?.ClaimedAt), (said, job!.Attempts, job.MaybeLanded, (DateTimeOffset?)job.TriedSince));
        Assert.Equal("sent", await older.SentAsync(id, token));
        Assert.Equal((ConversionState.Sent, "1"), ((await Without.SeeAsync(id))!.State, (await Without.SeeAsync(id))!.Field("attempts")));
    }

    [Fact]
    public async Task It_reads_back_what_was_sent_here()
    {
        var (older, (id, _)) = (new OlderReplica(With), await With.BringToAsync(ConversionState.Sent));
        await With.PassTimeAsync(id);

        var (said, job, lastAttempt) = await older.ReviewAsync(id, LeaseToken.New());
        Assert.Equal(("taken", 1, true), (said, job!.Attempts, job.MaybeLanded));
        Assert.InRange(lastAttempt!.Value, job.ClaimedAt, await With.NowAsync());
    }

    [Fact]
    public async Task What_is_sent_by_both_counts_once()
    {
        var (older, (id, token)) = (new OlderReplica(With), await With.ClaimAsync());
        Assert.Equal("sent", await older.SentAsync(id, token));
        Assert.Equal(SentOutcome.Already, await With.Ledger.SentAsync(With.Budget, id, LeaseToken.New(), 1, "xid_1"));

        (id, token) = await With.ClaimAsync("other");
        Assert.Equal(SentOutcome.Sent, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1"));
        Assert.Equal("already", await older.SentAsync(id, LeaseToken.New()));
        Assert.Equal("sent", await older.SentAsync(id, token));
    }

    [Fact]
    public async Task What_it_claimed_is_sent_and_read_back_here()
    {
        var (older, id, token) = (new OlderReplica(With), LedgerUnderTest.IdOf("customer"), LeaseToken.New());
        Assert.Equal("claimed", await older.ClaimAsync(id, token, "customer"));
        Assert.Equal(ClaimOutcome.Known, await With.TryClaimAsync("customer", LeaseToken.New()));
        Assert.True((await With.Ledger.ReadAsync(With.Budget, id)).Entry!.InFlight);

        Assert.Equal(SentOutcome.Sent, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1"));
        Assert.Equal("1", (await With.SeeAsync(id))!.Field("attempts"));
        Assert.Equal((ConversionState.Sent, 1), (await With.TakeDueReadBackAsync(id) is var review ? review.State : default, review.Job.Attempts));
        Assert.Equal(VerifiedOutcome.Verified, await With.Ledger.VerifiedAsync(With.Budget, id, review.Job.Token, ""));
        Assert.Equal(ConversionState.Verified, (await With.SeeAsync(id))!.State);
    }

    [Fact]
    public async Task What_it_claimed_and_left_is_taken_over_here()
    {
        var (older, id) = (new OlderReplica(Without), LedgerUnderTest.IdOf("customer"));
        Assert.Equal("claimed", await older.ClaimAsync(id, LeaseToken.New(), "customer"));
        var job = await Without.TakeDueAsync(id);
        Assert.Equal((0, true), (job.Attempts, job.MaybeLanded));
    }
}
