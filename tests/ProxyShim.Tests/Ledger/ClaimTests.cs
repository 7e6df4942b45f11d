using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

[RedisSuite]
public class ClaimTests(TestRedis redis) : LedgerFixture(redis)
{
    [Fact]
    public async Task A_claim_writes_hash_body_and_the_end_of_the_lease_by_the_clock_of_Redis()
    {
        var before = await With.NowAsync();
        var (id, token) = await With.ClaimAsync();
        var after = await With.NowAsync();

        var seen = (await With.SeeAsync(id))!;
        Assert.Equal(ConversionState.Claimed, seen.State);
        Assert.InRange(seen.Time("claimed_at"), before, after);
        Assert.Equal(seen.Time("claimed_at") + LedgerUnderTest.Lease, seen.DueAt);
        Assert.Equal(seen.DueAt, seen.Time("lease"));
        Assert.Equal(seen.Time("claimed_at"), seen.Time("age_from"));
        Assert.Equal(
            (token.Value, "xid_1", "f1f2f3f4", LedgerUnderTest.TraceId, "default"),
            (seen.Field("token"), seen.Field("xid"), seen.Field("fingerprint"), seen.Field("trace"), seen.Field("caller")));
        Assert.Equal(LedgerUnderTest.BodyOf("customer").ToArray(), System.Text.Encoding.UTF8.GetBytes(seen.Body));
        var life = LedgerUnderTest.BodyTtl + LedgerUnderTest.Lease + LedgerUnderTest.Grace;
        Assert.InRange(seen.BodyTtl!.Value, life - TimeSpan.FromMinutes(1), life);
    }

    [Fact]
    public async Task What_a_claim_does_not_write_is_read_as_what_it_would_be()
    {
        var (id, _) = await With.ClaimAsync();

        var details = Assert.Single(await With.Ledger.DescribeAsync(With.Budget, [id]))!;
        Assert.Equal((0, 0, 0), (details.Attempts, details.Resends, details.ReadBacks));
        await Without.ClaimAsync();
        var job = await Without.TakeDueAsync(id);
        Assert.Equal((0, true), (job.Attempts, job.MaybeLanded));
    }

    [Theory]
    [InlineData(ConversionState.Claimed)]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Verified)]
    [InlineData(ConversionState.Dead)]
    [InlineData(ConversionState.Fallback)]
    internal async Task A_second_claim_is_known_and_changes_nothing_whatever_became_of_the_first(ConversionState state)
    {
        var (id, _) = await With.BringToAsync(state);
        await With.PassTimeAsync(id);

        await With.StaysAsItIsAsync(id, async () => Assert.Equal(ClaimOutcome.Known, await With.TryClaimAsync("customer", LeaseToken.New())));
    }

    [Fact]
    public async Task Of_many_claims_at_once_one_is_the_first()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => With.TryClaimAsync("customer", LeaseToken.New())));

        Assert.Equal(1, outcomes.Count(outcome => outcome == ClaimOutcome.Claimed));
        Assert.Equal(49, outcomes.Count(outcome => outcome == ClaimOutcome.Known));
    }

    [Fact]
    public async Task One_that_reaches_Redis_too_late_is_refused_and_leaves_nothing()
    {
        Assert.Equal(ClaimOutcome.Late, await With.TryClaimAsync("customer", LeaseToken.New(), TimeSpan.FromMilliseconds(-1)));
        Assert.Null(await With.SeeAsync(LedgerUnderTest.IdOf("customer")));
    }

    [Fact]
    public async Task A_late_one_is_told_that_the_customer_is_known_and_must_not_be_given_away()
    {
        await With.ClaimAsync();

        Assert.Equal(ClaimOutcome.Known, await With.TryClaimAsync("customer", LeaseToken.New(), TimeSpan.FromMilliseconds(-1)));
    }

    [Fact]
    public async Task A_reading_tells_what_was_claimed_and_whether_somebody_is_at_it()
    {
        var (id, _) = await With.ClaimAsync();

        var (now, entry) = await With.Ledger.ReadAsync(With.Budget, id);
        Assert.Equal((ConversionState.Claimed, "xid_1", "f1f2f3f4", true), (entry!.State, entry.Xid, entry.Fingerprint, entry.InFlight));
        Assert.InRange(now - entry.ClaimedAt, TimeSpan.Zero, TimeSpan.FromMinutes(1));

        await With.PassTimeAsync(id);
        Assert.False((await With.Ledger.ReadAsync(With.Budget, id)).Entry!.InFlight);
    }

    [Theory]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Dead)]
    internal async Task Nobody_is_at_one_that_waits(ConversionState state)
    {
        var (id, _) = await With.BringToAsync(state);

        Assert.False((await With.Ledger.ReadAsync(With.Budget, id)).Entry!.InFlight);
    }

    [Fact]
    public async Task Of_a_customer_who_is_not_known_nothing_is_read_or_written()
    {
        Assert.Null((await With.Ledger.ReadAsync(With.Budget, LedgerUnderTest.IdOf("customer"))).Entry);
        Assert.Null(await With.SeeAsync(LedgerUnderTest.IdOf("customer")));
    }
}
