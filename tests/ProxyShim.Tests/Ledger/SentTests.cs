using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>That PartnerStack took it is a fact, whoever reports it, and counts once.</summary>
[RedisSuite]
public class SentTests(TestRedis redis) : LedgerFixture(redis)
{
    [Theory]
    [InlineData(ConversionState.Claimed)]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Dead)]
    internal async Task It_is_accepted_from_anyone(ConversionState state)
    {
        foreach (var under in new[] { With, Without }.Where(under => under.ReadsBack || state != ConversionState.Ambiguous))
        {
            var (id, _) = await under.BringToAsync(state);

            Assert.Equal(SentOutcome.Sent, await under.Ledger.SentAsync(under.Budget, id, LeaseToken.New(), 1, "xid_1"));
            Assert.Equal(ConversionState.Sent, (await under.SeeAsync(id))!.State);
        }
    }

    [Theory]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Dead)]
    internal async Task What_had_gone_wrong_before_is_not_told_of_it_any_more(ConversionState state)
    {
        var (id, _) = await With.BringToAsync(state);
        Assert.NotNull((await With.SeeAsync(id))!.Field("error"));

        await With.Ledger.SentAsync(With.Budget, id, LeaseToken.New(), 1, "xid_1");

        Assert.Null((await With.SeeAsync(id))!.Field("error"));
    }

    [Fact]
    public async Task It_waits_for_its_read_back_from_the_last_attempt_on()
    {
        var before = await With.NowAsync();
        var (id, _) = await With.BringToAsync(ConversionState.Sent);

        Assert.InRange((await With.SeeAsync(id))!.DueAt - LedgerUnderTest.Grace, before, await With.NowAsync());
    }

    [Fact]
    public async Task One_report_counts()
    {
        var (id, token) = await With.ClaimAsync();

        Assert.Equal(SentOutcome.Sent, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1"));
        Assert.Equal(SentOutcome.Already, await With.Ledger.SentAsync(With.Budget, id, LeaseToken.New(), 1, "xid_1"));
        Assert.Equal("1", (await With.SeeAsync(id))!.Field("attempts"));
    }

    [Fact]
    public async Task Its_holder_writes_what_anybody_would()
    {
        var ((anybody, anybodys), (holder, holders)) = (await With.ClaimAsync("anybody"), await With.ClaimAsync("holder"));
        var told = new List<SentOutcome>();

        Assert.Equal(SentOutcome.Sent, await With.Ledger.SentAsync(With.Budget, anybody, anybodys, 1, "xid_1"));
        Assert.Equal(SentOutcome.Sent, await With.SentByHolderAsync(holder, holders, told.Add));

        Assert.Equal([SentOutcome.Sent], told);
        var (expected, seen) = ((await With.SeeAsync(anybody))!, (await With.SeeAsync(holder))!);
        Assert.Equal(Words(expected, anybodys), Words(seen, holders));
        Assert.Equal(expected.Indexes.Keys, seen.Indexes.Keys);
        Assert.All(seen.Indexes.Values, at => Assert.Equal(seen.Time("sent_at") + LedgerUnderTest.Grace, at));
        Assert.Equal(seen.Time("sent_at"), seen.Time("last_attempt"));
    }

    [Theory]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Verified)]
    [InlineData(ConversionState.Dead)]
    [InlineData(ConversionState.Fallback)]
    internal async Task Its_holder_changes_nothing_that_has_become_something_else(ConversionState state)
    {
        var (id, token) = await With.BringToAsync(state);
        var told = new List<SentOutcome>();

        await With.StaysAsItIsAsync(id, async () => Assert.Equal(SentOutcome.Unknown, await With.SentByHolderAsync(id, token, told.Add)));

        Assert.Equal([SentOutcome.Unknown], told);
    }

    [Fact]
    public async Task A_reporter_who_did_not_hear_the_reply_may_ask_again()
    {
        var (id, token) = await With.ClaimAsync();
        await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1");

        Assert.Equal(SentOutcome.Sent, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1"));
        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        Assert.Equal(SentOutcome.Sent, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1"));
        Assert.Equal(ConversionState.Verified, (await With.SeeAsync(id))!.State);
        Assert.Equal("1", (await With.SeeAsync(id))!.Field("attempts"));
    }

    [Fact]
    public async Task A_phantom_that_is_sent_again_does_not_count_again()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await ReadBackNotFoundAsync(id);
        var job = await With.TakeAsync(id);

        Assert.Equal(SentOutcome.Already, await With.Ledger.SentAsync(With.Budget, id, job.Token, 1, "xid_1"));
        Assert.Equal(ConversionState.Sent, (await With.SeeAsync(id))!.State);
        Assert.Equal("2", (await With.SeeAsync(id))!.Field("attempts"));
    }

    [Fact]
    public async Task One_that_nobody_reported_counts_when_it_is_proved()
    {
        var (id, token) = await With.BringToAsync(ConversionState.Ambiguous);

        Assert.Equal(VerifiedOutcome.SentAndVerified, await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), ""));
        Assert.Equal(SentOutcome.Already, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1"));
    }

    [Fact]
    public async Task Of_an_erased_customer_it_changes_nothing()
    {
        var (id, token) = await With.ClaimAsync();
        await With.Ledger.EraseAsync(With.Budget, id);

        Assert.Equal(SentOutcome.Fallback, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1"));
        Assert.Equal(ConversionState.Fallback, (await With.SeeAsync(id))!.State);
    }

    [Fact]
    public async Task Of_a_customer_whom_Redis_has_forgotten_it_is_remembered_that_it_was_sent()
    {
        var (id, token) = (LedgerUnderTest.IdOf("customer"), LeaseToken.New());

        Assert.Equal(SentOutcome.Sent, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_9"));
        Assert.Equal(SentOutcome.Sent, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_9"));
        Assert.Equal(SentOutcome.Already, await With.Ledger.SentAsync(With.Budget, id, LeaseToken.New(), 1, "xid_9"));

        var entry = (await With.Ledger.ReadAsync(With.Budget, id)).Entry!;
        Assert.Equal((ConversionState.Sent, "xid_9", false), (entry.State, entry.Xid, entry.InFlight));
        Assert.Equal(ClaimOutcome.Known, await With.TryClaimAsync("customer", LeaseToken.New()));
    }

    // All that is not a time, with nobody's own token.
    private static IEnumerable<string> Words(SeenEntry seen, LeaseToken token) => seen.Fields
        .Where(field => field.Key != "lease" && !field.Key.EndsWith("_at", StringComparison.Ordinal) && field.Key is not ("last_attempt" or "age_from"))
        .Select(field => $"{field.Key}={(field.Value == token.Value ? "token" : field.Value)}").Order();

    private async Task ReadBackNotFoundAsync(ConversionId id)
    {
        var review = await With.TakeDueReadBackAsync(id);
        Assert.Equal(FencedWrite.Applied, await With.Ledger.ReadBackNotFoundAsync(With.Budget, id, review.Job.Token));
    }
}
