using ProxyShim.Conversions;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Settlement;

/// <summary>DESIGN.md, "What each answer of the Conversion API means": the table's ledger side, row by row.</summary>
[RedisSuite]
public class SettlerTests(TestRedis redis) : LedgerFixture(redis)
{
    private static readonly DeliverySettings s_delivery = new([TimeSpan.FromMinutes(10)], MaxAge: TimeSpan.FromDays(3), Concurrency: 1);

    private readonly CapturedLog _log = new();

    // Meaning, status, whether it can be read back, may have landed before, is too old → what becomes of it, as what.
    [Theory]
    [InlineData(AttemptResult.Sent, 200, true, false, false, SettlementResult.Sent, ConversionState.Sent)]
    [InlineData(AttemptResult.Sent, 200, false, true, true, SettlementResult.Sent, ConversionState.Sent)]
    [InlineData(AttemptResult.NotDelivered, 503, true, false, false, SettlementResult.Queued, ConversionState.Due)]
    [InlineData(AttemptResult.NotDelivered, null, false, false, false, SettlementResult.Queued, ConversionState.Due)]
    [InlineData(AttemptResult.NotDelivered, 503, true, false, true, SettlementResult.Dead, ConversionState.Dead, "expired")]
    [InlineData(AttemptResult.Ambiguous, null, true, false, false, SettlementResult.Queued, ConversionState.Ambiguous)]
    [InlineData(AttemptResult.Ambiguous, 409, true, false, false, SettlementResult.Queued, ConversionState.Ambiguous)]
    [InlineData(AttemptResult.Ambiguous, null, true, false, true, SettlementResult.Queued, ConversionState.Ambiguous)]
    [InlineData(AttemptResult.Ambiguous, null, false, false, false, SettlementResult.Queued, ConversionState.Due)]
    [InlineData(AttemptResult.Ambiguous, 409, false, false, false, SettlementResult.Queued, ConversionState.Due)]
    [InlineData(AttemptResult.Ambiguous, 409, false, true, false, SettlementResult.Dead, ConversionState.Dead, "conflict_after_ambiguity")]
    [InlineData(AttemptResult.Ambiguous, 502, false, true, false, SettlementResult.Queued, ConversionState.Due)]
    [InlineData(AttemptResult.Ambiguous, 502, false, true, true, SettlementResult.Dead, ConversionState.Dead, "expired")]
    [InlineData(AttemptResult.Misconfigured, 401, true, false, false, SettlementResult.Queued, ConversionState.Due)]
    [InlineData(AttemptResult.Misconfigured, 302, false, false, true, SettlementResult.Dead, ConversionState.Dead, "expired")]
    [InlineData(AttemptResult.Refused, 400, true, false, false, SettlementResult.Dead, ConversionState.Dead, "refused")]
    [InlineData(AttemptResult.Refused, 400, false, true, false, SettlementResult.Dead, ConversionState.Dead, "refused")]
    internal async Task Each_answer_has_its_consequence(
        AttemptResult meaning, int? status, bool readsBack, bool maybeLanded, bool old, SettlementResult settlement, ConversionState state, string? reason = null)
    {
        var under = readsBack ? With : Without;
        var (id, token) = await under.ClaimAsync();
        var lease = LeaseOf(id, token) with { MaybeLanded = maybeLanded, TriedFor = old ? TimeSpan.FromDays(4) : TimeSpan.FromDays(2) };

        Assert.Equal(settlement, await SettlerOf(under).SettleAsync(under.Budget, lease, Ended(meaning, status)));

        var seen = (await under.SeeAsync(id))!;
        Assert.Equal((state, "1"), (seen.State, seen.Field("attempts")));
        Assert.Equal(state == ConversionState.Sent ? "ConversionSent" : reason is null ? "" : "ConversionDead", string.Join(' ', Events()));
        if (reason is not null)
        {
            Assert.Equal(reason, seen.Field("error"));
        }
        else if (state == ConversionState.Due)
        {
            Assert.Equal(maybeLanded || meaning == AttemptResult.Ambiguous ? "1" : "0", seen.Field("maybe"));
            Assert.InRange(seen.DueAt - await under.NowAsync(), TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        }
    }

    [Theory]
    [InlineData(AttemptResult.NotDelivered, SettlementResult.Stale)]
    [InlineData(AttemptResult.Ambiguous, SettlementResult.Stale)]
    [InlineData(AttemptResult.Misconfigured, SettlementResult.Stale)]
    [InlineData(AttemptResult.Refused, SettlementResult.Stale)]
    [InlineData(AttemptResult.Sent, SettlementResult.Sent)]
    internal async Task Whoever_has_lost_the_lease_is_heard_only_when_it_was_sent(AttemptResult meaning, SettlementResult settlement)
    {
        var (id, stale) = await With.BringToAsync(ConversionState.Due);

        Assert.Equal(settlement, await SettlerOf(With).SettleAsync(With.Budget, LeaseOf(id, stale), Ended(meaning, null)));

        Assert.Equal(meaning == AttemptResult.Sent ? ConversionState.Sent : ConversionState.Due, (await With.SeeAsync(id))!.State);
        Assert.Equal(meaning == AttemptResult.Sent ? ["ConversionSent"] : [], Events());
    }

    [Theory]
    [InlineData(AttemptResult.NotDelivered, SettlementResult.Lost)]
    [InlineData(AttemptResult.Ambiguous, SettlementResult.Lost)]
    [InlineData(AttemptResult.Refused, SettlementResult.Lost)]
    [InlineData(AttemptResult.Sent, SettlementResult.Sent)]
    internal async Task What_Redis_has_forgotten_is_told_to_be_lost(AttemptResult meaning, SettlementResult settlement)
    {
        var lease = LeaseOf(LedgerUnderTest.IdOf("customer"), LeaseToken.New());

        Assert.Equal(settlement, await SettlerOf(With).SettleAsync(With.Budget, lease, Ended(meaning, null)));
        Assert.Equal(meaning == AttemptResult.Sent ? ["ConversionSent"] : [], Events());
    }

    [Theory]
    [InlineData(ConversionState.Due, "last_attempt")]
    [InlineData(ConversionState.Ambiguous, "last_attempt")]
    [InlineData(ConversionState.Sent, "last_attempt")]
    [InlineData(ConversionState.Sent, "sent_at")]
    [InlineData(ConversionState.Sent, "last_attempt", true)]
    [InlineData(ConversionState.Sent, "sent_at", true)]
    [InlineData(ConversionState.Dead, "last_attempt")]
    [InlineData(ConversionState.Dead, "dead_at")]
    internal async Task It_is_written_down_when_it_happened(ConversionState state, string field, bool byHolder = false)
    {
        var (id, token) = await With.ClaimAsync();
        await With.Redis.HashSetAsync(With.Keys.Of(id)[0], "last_attempt", 1);
        var before = await With.NowAsync();

        await SettlerOf(With).SettleAsync(With.Budget, LeaseOf(id, token) with { RedisTime = byHolder ? before : null }, state switch
        {
            ConversionState.Due => Ended(AttemptResult.NotDelivered, 503),
            ConversionState.Ambiguous => Ended(AttemptResult.Ambiguous, null),
            ConversionState.Sent => Ended(AttemptResult.Sent, 200),
            _ => Ended(AttemptResult.Refused, 400),
        });

        var seen = (await With.SeeAsync(id))!;
        Assert.Equal(state, seen.State);
        Assert.InRange(seen.Time(field), before, await With.NowAsync());
    }

    [Fact]
    public async Task The_attempts_of_one_that_was_given_away_are_counted()
    {
        var (id, token) = await With.ClaimAsync();

        Assert.Equal(FencedWrite.Applied, await With.Ledger.FallbackAsync(With.Budget, id, token, 3, Reasons.Refused));

        Assert.Equal("3", (await With.SeeAsync(id))!.Field("attempts"));
    }

    [Fact]
    public async Task A_report_that_is_made_twice_counts_once_even_when_both_are_heard()
    {
        var (id, token) = await With.ClaimAsync();
        var lease = LeaseOf(id, token);

        await SettlerOf(With).SettleAsync(With.Budget, lease, Ended(AttemptResult.Sent, 200));
        await SettlerOf(With).SentAsync(With.Budget, lease, 1);

        Assert.Equal(["ConversionSent"], Events());
    }

    [Fact]
    public async Task An_earlier_attempt_that_may_have_landed_is_not_forgotten_for_a_later_one_that_did_not()
    {
        var (id, token) = await Without.ClaimAsync();

        await SettlerOf(Without).SettleAsync(Without.Budget, LeaseOf(id, token) with { MaybeLanded = true }, Ended(AttemptResult.NotDelivered, 503));

        Assert.Equal("1", (await Without.SeeAsync(id))!.Field("maybe"));
    }

    private static ConversionOutcome Ended(AttemptResult meaning, int? status) => new(new ConversionAnswer(meaning, status), Attempts: 1, TimeSpan.Zero);

    private static Lease LeaseOf(ConversionId id, LeaseToken token) => new(
        id, token, "customer", "xid_1", "partner", "default", LedgerUnderTest.TraceId, Moment.Now(TimeProvider.System));

    private IEnumerable<string?> Events() => _log.Entries.Select(entry => entry.GetProperty("Event").GetString());

    private Settler SettlerOf(LedgerUnderTest under)
    {
        var events = _log.NewConversionEvents(new PrivacySettings(CustomerRefKind.None, null));
        return new Settler(under.Ledger, s_delivery, new Backoff(s_delivery, () => 0.5), events, TimeProvider.System);
    }
}
