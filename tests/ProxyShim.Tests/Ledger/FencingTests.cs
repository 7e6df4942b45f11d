using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>Whoever has lost a lease decides nothing any more.</summary>
[RedisSuite]
public class FencingTests(TestRedis redis) : LedgerFixture(redis)
{
    private static readonly Dictionary<string, Func<LedgerUnderTest, ConversionId, LeaseToken, ValueTask<FencedWrite>>> s_changes = new()
    {
        ["reschedule"] = (under, id, token) => under.Ledger.DueAsync(under.Budget, id, token, 1, TimeSpan.FromHours(1), "status_503", maybeLanded: true),
        ["call ambiguous"] = (under, id, token) => under.Ledger.AmbiguousAsync(under.Budget, id, token, 1, "timeout"),
        ["bury"] = (under, id, token) => under.Ledger.BuryAsync(under.Budget, id, token, 1, "refused"),
        ["fall back"] = (under, id, token) => under.Ledger.FallbackAsync(under.Budget, id, token, 1, "refused"),
        ["release"] = (under, id, token) => under.Ledger.ReleaseAsync(under.Budget, id, token),
        ["ask again"] = (under, id, token) => under.Ledger.RescheduleReadBackAsync(under.Budget, id, token, TimeSpan.FromHours(1)),
        ["give up reading"] = (under, id, token) => under.Ledger.AbandonReadBackAsync(under.Budget, id, token),
        ["say absent"] = (under, id, token) => under.Ledger.ReadBackNotFoundAsync(under.Budget, id, token),
    };

    // What only somebody who reads back says.
    private static readonly string[] s_ofReaders = ["ask again", "say absent", "give up reading"];

    public static TheoryData<string> Changes => [.. s_changes.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_sender_whose_job_was_taken_over_cannot(string change)
    {
        var (id, stale) = await Without.ClaimAsync();
        var holder = await Without.TakeDueAsync(id);

        await RefusedAsync(Without, id, stale, change);
        Assert.Equal(holder.Token.Value, (await Without.SeeAsync(id))!.Field("token"));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_sender_whose_job_waits_for_a_read_back_cannot(string change)
    {
        var (id, stale) = await With.ClaimAsync();
        await With.PassTimeAsync(id);
        Assert.Equal(TakeOutcome.Ambiguous, (await With.Ledger.TakeAsync(With.Budget, id, LeaseToken.New())).Outcome);

        await RefusedAsync(With, id, stale, change);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_reader_whose_read_back_was_taken_over_cannot(string change)
    {
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        var stale = await With.TakeDueReadBackAsync(id);
        await With.TakeDueReadBackAsync(id);

        await RefusedAsync(With, id, stale.Job.Token, change);
    }

    [Theory]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Verified)]
    [InlineData(ConversionState.Dead)]
    [InlineData(ConversionState.Fallback)]
    internal async Task Whoever_has_settled_a_conversion_holds_it_no_more(ConversionState state)
    {
        var (id, token) = await With.BringToAsync(state);

        foreach (var change in s_changes.Keys)
        {
            await RefusedAsync(With, id, token, change);
        }
    }

    [Theory]
    [InlineData("ask again")]
    [InlineData("say absent")]
    [InlineData("give up reading")]
    [InlineData("bury")]
    public async Task A_reader_who_has_spoken_holds_it_no_more(string change)
    {
        var (id, token) = await WithHolderAsync(s_ofReaders[0]);
        Assert.Equal(FencedWrite.Applied, await s_changes[change](With, id, token));

        foreach (var another in s_changes.Keys)
        {
            Assert.Equal(FencedWrite.StaleLease, await s_changes[another](With, id, token));
        }
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_reader_whose_question_another_one_has_answered_cannot(string change)
    {
        var (id, token) = await WithHolderAsync(s_ofReaders[0]);
        Assert.Equal(VerifiedOutcome.Verified, await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), ""));

        await RefusedAsync(With, id, token, change);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Nobody_holds_a_customer_who_is_not_known(string change) =>
        await RefusedAsync(With, LedgerUnderTest.IdOf("customer"), LeaseToken.New(), change, FencedWrite.NotFound);

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task The_holder_can(string change)
    {
        var (id, token) = await WithHolderAsync(change);
        Assert.Equal(FencedWrite.Applied, await s_changes[change](With, id, token));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Of_what_a_caller_was_promised_the_holder_can_do_all_but_let_it_go(string change)
    {
        var (id, token) = await WithHolderAsync(change);
        Assert.True(await With.Ledger.AcknowledgeAsync(With.Budget, id));

        Assert.Equal(change is "fall back" or "release" ? FencedWrite.StaleLease : FencedWrite.Applied, await s_changes[change](With, id, token));
    }

    [Theory]
    [InlineData(ConversionState.Claimed, true)]
    [InlineData(ConversionState.Due, true)]
    [InlineData(ConversionState.Ambiguous, true)]
    [InlineData(ConversionState.Fallback, false)]
    internal async Task What_has_been_given_away_is_promised_to_nobody(ConversionState state, bool confirmed)
    {
        var (id, _) = await With.BringToAsync(state);

        Assert.Equal(confirmed, await With.Ledger.AcknowledgeAsync(With.Budget, id));
        Assert.False(await With.Ledger.AcknowledgeAsync(With.Budget, LedgerUnderTest.IdOf("nobody")));
    }

    [Fact]
    public async Task A_lease_that_has_run_out_is_its_holders_until_somebody_takes_it()
    {
        var (id, token) = await With.ClaimAsync();
        await With.PassTimeAsync(id);

        Assert.Equal(FencedWrite.Applied, await s_changes["reschedule"](With, id, token));
    }

    // A conversion, and the token of whoever may make the change: a reader, or the sender.
    private async Task<(ConversionId Id, LeaseToken Token)> WithHolderAsync(string change)
    {
        if (!s_ofReaders.Contains(change))
        {
            return await With.BringToAsync(ConversionState.Claimed);
        }

        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        return (id, (await With.TakeDueReadBackAsync(id)).Job.Token);
    }

    private static Task RefusedAsync(LedgerUnderTest under, ConversionId id, LeaseToken token, string change, FencedWrite answer = FencedWrite.StaleLease) =>
        under.StaysAsItIsAsync(id, async () => Assert.Equal(answer, await s_changes[change](under, id, token)));
}
