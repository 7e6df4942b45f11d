using Microsoft.Extensions.Time.Testing;
using ProxyShim.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public class RecentDecisionsTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
    private readonly RecentDecisions _decisions;

    public RecentDecisionsTests() => _decisions = new RecentDecisions(_time);

    [Fact]
    public void A_customers_are_told_newest_first()
    {
        Note("ann", Outcome.Fallback, Reasons.NoClick);
        Note("bob", Outcome.Fallback, Reasons.RedisDown);
        _time.Advance(TimeSpan.FromMinutes(1));
        Note("ann", Outcome.Fallback, Reasons.Refused);

        Assert.Equal([(Reasons.Refused, 3), (Reasons.NoClick, 2)], _decisions.Of("ann").Select(one => (one.Reason, one.At.Minute)));
        Assert.Empty(_decisions.Of("eve"));
    }

    [Fact]
    public void What_was_converted_washes_nothing_away()
    {
        Note("ann", Outcome.Fallback, Reasons.NoClick);
        for (var call = 0; call < 2 * RecentDecisions.NamedCount; call++)
        {
            Note("bob", Outcome.Converted, null);
            Note("bob", Outcome.Queued, null);
            Note("bob", Outcome.Duplicate, null);
        }

        Assert.Single(_decisions.Of("ann"));
        Assert.Empty(_decisions.Of("bob"));
    }

    [Fact]
    public void Memory_is_bounded_and_those_that_were_not_read_are_kept_apart()
    {
        Note("ann", Outcome.Fallback, Reasons.NoClick);
        for (var call = 0; call < 10 * RecentDecisions.UnnamedCount; call++)
        {
            Note(null, Outcome.Passthrough, Reasons.UnknownCaller);
        }

        Assert.Single(_decisions.Of("ann"));
        Assert.Equal(RecentDecisions.UnnamedCount, _decisions.OfNobody().Count);
        for (var call = 0; call < RecentDecisions.NamedCount; call++)
        {
            Note("bob", Outcome.Fallback, Reasons.NoClick);
        }

        Assert.Empty(_decisions.Of("ann"));
        Assert.Equal(RecentDecisions.NamedCount, _decisions.Of("bob").Count);
    }

    private void Note(string? customerRef, Outcome outcome, string? reason) => _decisions.Note(
        new RequestRecord { TraceId = "", Route = "/api/v2/customers", CustomerRef = customerRef, Outcome = outcome, Reason = reason }, 200);
}
