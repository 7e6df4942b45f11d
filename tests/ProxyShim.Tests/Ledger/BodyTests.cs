using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>Personal data stand in one place, for as long as DESIGN.md says.</summary>
[RedisSuite]
public class BodyTests(TestRedis redis) : LedgerFixture(redis)
{
    // What a test takes.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(ConversionState.Claimed)]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    internal async Task While_something_will_happen_to_it_the_body_has_an_expiry_that_outlives_the_wait(ConversionState state)
    {
        var (id, _) = await With.BringToAsync(state);

        var seen = (await With.SeeAsync(id))!;
        var wait = seen.DueAt - await With.NowAsync();

        // A claim counts in the wait for its read-back.
        var more = state == ConversionState.Claimed ? LedgerUnderTest.Grace : TimeSpan.Zero;
        Assert.InRange(seen.BodyTtl!.Value, wait + more + LedgerUnderTest.BodyTtl - s_tolerance, wait + more + LedgerUnderTest.BodyTtl + LedgerUnderTest.Lease + s_tolerance);
    }

    [Fact]
    public async Task A_wait_of_any_length_does_not_outlive_the_body()
    {
        var wait = LedgerUnderTest.BodyTtl * 10;
        var (id, token) = await With.ClaimAsync();
        Assert.Equal(FencedWrite.Applied, await With.Ledger.DueAsync(With.Budget, id, token, 1, wait, "status_429", maybeLanded: false));
        Assert.InRange((await With.SeeAsync(id))!.BodyTtl!.Value, wait + LedgerUnderTest.BodyTtl - s_tolerance, wait + LedgerUnderTest.BodyTtl);

        (id, _) = await With.BringToAsync(ConversionState.Ambiguous, "other");
        var review = await With.TakeDueReadBackAsync(id);
        Assert.Equal(FencedWrite.Applied, await With.Ledger.RescheduleReadBackAsync(With.Budget, id, review.Job.Token, wait));
        Assert.InRange((await With.SeeAsync(id))!.BodyTtl!.Value, wait + LedgerUnderTest.BodyTtl - s_tolerance, wait + LedgerUnderTest.BodyTtl);
    }

    [Fact]
    public async Task A_dead_letters_body_does_not_expire()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Dead);

        Assert.Null((await With.SeeAsync(id))!.BodyTtl);
    }

    [Fact]
    public async Task A_dead_letter_that_turns_out_to_have_been_sent_expires_again()
    {
        var (id, token) = await With.BringToAsync(ConversionState.Dead);
        await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1");

        Assert.NotNull((await With.SeeAsync(id))!.BodyTtl);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revived_one_expires_again(bool withNewBody)
    {
        var (id, _) = await With.BringToAsync(ConversionState.Dead);
        var anew = withNewBody ? new NewBody(LedgerUnderTest.BodyOf("other"), "xid_2", "other", "second") : null;

        Assert.Equal(ReviveOutcome.Revived, await With.Ledger.ReviveAsync(With.Budget, id, anew));

        var seen = (await With.SeeAsync(id))!;
        Assert.InRange(seen.BodyTtl!.Value, LedgerUnderTest.BodyTtl - s_tolerance, LedgerUnderTest.BodyTtl);
        Assert.Contains(withNewBody ? "other" : "customer", seen.Body, StringComparison.Ordinal);
        Assert.Equal(withNewBody ? "xid_2" : "xid_1", (await With.TakeAsync(id)).Xid);
        var referral = (await With.Ledger.ReferralAsync(With.Budget, id))!;
        Assert.Equal(withNewBody ? ("xid_2", "other", "second") : ("xid_1", "partner", "blog|top"), (referral.Xid, referral.PartnerKey, referral.SubIds));
    }

    [Fact]
    public async Task It_is_gone_when_the_conversion_is_proved_given_away_erased_discarded_or_released()
    {
        foreach (var under in new[] { With, Without })
        {
            var ledger = under.Ledger;
            await GoneAfterAsync(under, "verified", ConversionState.Sent, (id, token) => ledger.VerifiedAsync(under.Budget, id, token, ""), reads: true);
            await GoneAfterAsync(under, "given away", ConversionState.Claimed, (id, token) => ledger.FallbackAsync(under.Budget, id, token, 1, "refused"));
            await GoneAfterAsync(under, "erased", ConversionState.Due, (id, _) => ledger.EraseAsync(under.Budget, id));
            await GoneAfterAsync(under, "discarded", ConversionState.Dead, (id, _) => ledger.DiscardAsync(under.Budget, id));
            await GoneAfterAsync(under, "released", ConversionState.Claimed, (id, token) => ledger.ReleaseAsync(under.Budget, id, token));
        }

        // Nothing can be read back, so nothing is left to be proved.
        await GoneAfterAsync(Without, "sent", ConversionState.Claimed, (id, token) => Without.Ledger.SentAsync(Without.Budget, id, token, 1, "xid_1"));
    }

    [Fact]
    public async Task A_stored_body_is_read_as_it_was_written()
    {
        var (id, _) = await With.ClaimAsync();

        var stored = (await With.Ledger.DescribeWithBodyAsync(With.Budget, id)).Stored!;
        Assert.Equal(("customer", "customer@example.com", "partner"), (stored.Request.CustomerKey.Value, stored.Request.Email, stored.Request.PartnerKey));
        Assert.Null((await With.Ledger.DescribeWithBodyAsync(With.Budget, LedgerUnderTest.IdOf("nobody"))).Stored);
    }

    private static async Task GoneAfterAsync<T>(
        LedgerUnderTest under, string end, ConversionState state, Func<ConversionId, LeaseToken, ValueTask<T>> change, bool reads = false)
    {
        if (reads && !under.ReadsBack)
        {
            return;
        }

        var (id, token) = await under.BringToAsync(state, end);
        Assert.True(await under.Redis.KeyExistsAsync(under.Keys.Of(id)[1]), end);

        await change(id, token);

        Assert.False(await under.Redis.KeyExistsAsync(under.Keys.Of(id)[1]), end);
        await under.SeeAsync(id);
    }
}
