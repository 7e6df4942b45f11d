using Microsoft.Extensions.Time.Testing;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public class CallWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Degradations _degradations;
    private readonly CallWatch _watch;

    public CallWatchTests()
    {
        _degradations = new Degradations(new CapturedLog(_time).Events, _time);
        _watch = new CallWatch(_degradations, _time);
    }

    private IEnumerable<(string Part, string Reason)> Troubles => _degradations.Current.Select(trouble => (trouble.Part.Name, trouble.Reason));

    [Fact]
    public void Callers_whom_only_the_Customer_API_knows_are_told_until_one_is_known()
    {
        Stranger(CallWatch.UnknownLimit - 1);
        Assert.Empty(Troubles);
        Stranger();
        Assert.Equal([("callers", "all_unknown")], Troubles);

        // Any call will do.
        _watch.Note(Record(caller: "default"), creates: false);
        Assert.Empty(Troubles);
    }

    [Theory]
    [InlineData(401, true)]
    [InlineData(403, true)]
    [InlineData(422, true)]
    [InlineData(null, true)]
    [InlineData(200, false)]
    public void Whom_the_Customer_API_refuses_and_who_creates_nobody_is_nobodys_mistake(int? status, bool creates)
    {
        foreach (var _ in Enumerable.Range(0, 100))
        {
            _watch.Note(Record(status: status, reason: Reasons.UnknownCaller), creates);
        }

        Assert.Empty(Troubles);
    }

    [Fact]
    public void A_stranger_beside_callers_who_are_known_is_none_of_ours()
    {
        _watch.Note(Record(caller: "crm"), creates: true);
        Stranger(100);
        _time.Advance(CallWatch.KnownCounts);
        Stranger();
        Assert.Empty(Troubles);

        // The apps have a new pair, say.
        _time.Advance(TimeSpan.FromSeconds(1));
        Stranger();
        Assert.Equal([("callers", "all_unknown")], Troubles);
    }

    [Fact]
    public void No_click_for_twenty_creations_is_told_until_one_is_found()
    {
        Miss(CallWatch.MissLimit - 1);
        Assert.Empty(Troubles);
        Miss();
        Assert.Equal([("clicks", "never_found")], Troubles);

        _watch.Note(Record(caller: "default", outcome: Outcome.Converted, xid: "xid"), creates: true);
        Assert.Empty(Troubles);
    }

    [Fact]
    public void Whose_click_is_waited_for_is_missed_once_it_has_not_come()
    {
        foreach (var _ in Enumerable.Range(0, 100))
        {
            _watch.Note(Record(caller: "default", outcome: Outcome.Held, reason: Reasons.NoClick), creates: true);
        }

        foreach (var _ in Enumerable.Range(0, CallWatch.MissLimit - 1))
        {
            _watch.HoldEnded(hit: false, Reasons.NoClick);
        }

        Assert.Empty(Troubles);
        _watch.HoldEnded(hit: false, Reasons.NoClick);
        Assert.Equal([("clicks", "never_found")], Troubles);

        _watch.HoldEnded(hit: true, reason: null);
        Assert.Empty(Troubles);
    }

    [Fact]
    public void One_hit_in_between_begins_the_row_anew()
    {
        foreach (var _ in Enumerable.Range(0, 5))
        {
            Miss(CallWatch.MissLimit - 1);
            _watch.Note(Record(caller: "default", outcome: Outcome.Queued, xid: "xid"), creates: true);
        }

        Assert.Empty(Troubles);
    }

    [Fact]
    public void Where_no_click_is_looked_for_none_is_missed()
    {
        foreach (var (outcome, reason) in (ReadOnlySpan<(Outcome, string)>)[
            (Outcome.Passthrough, Reasons.Off), (Outcome.Fallback, Reasons.RedisDown), (Outcome.Fallback, Reasons.FallbackBefore), (Outcome.Duplicate, ""),
            (Outcome.Passthrough, Reasons.MissingField)])
        {
            foreach (var _ in Enumerable.Range(0, 100))
            {
                _watch.Note(Record(caller: "default", outcome: outcome, reason: reason), creates: true);
            }
        }

        Assert.Empty(Troubles);
    }

    [Fact]
    public void Clicks_that_cannot_be_read_are_another_trouble_and_are_told_sooner()
    {
        Miss(CallWatch.MalformedLimit - 1, Reasons.MalformedClick);
        Miss();
        Assert.Empty(Troubles);
        Miss(1, Reasons.MalformedClick);
        Assert.Equal([("clicks", "malformed")], Troubles);

        Miss(100);
        Assert.Equal([("clicks", "malformed")], Troubles);
    }

    [Fact]
    public void Clicks_that_name_another_partner_each_time_are_told_until_one_fits()
    {
        Mismatch(CallWatch.MismatchLimit - 1);
        Assert.Empty(Troubles);
        Mismatch();
        Assert.Equal([("clicks", "other_partner")], Troubles);

        // One that is converted all the same, since the click's word counts, is none.
        _watch.Note(Record(caller: "default", outcome: Outcome.Converted, xid: "xid"), creates: true);
        Assert.Empty(Troubles);
        Mismatch(CallWatch.MismatchLimit - 1);
        Assert.Empty(Troubles);

        void Mismatch(int times = 1)
        {
            foreach (var _ in Enumerable.Range(0, times))
            {
                _watch.Note(Record(caller: "default", status: 200, outcome: Outcome.Fallback, reason: Reasons.PartnerMismatch, xid: "xid"), creates: true);
            }
        }
    }

    [Theory]
    [InlineData(Reasons.QueryString)]
    [InlineData(Reasons.ContentType)]
    [InlineData(Reasons.ContentEncoding)]
    [InlineData(Reasons.BodyTooLarge)]
    [InlineData(Reasons.MalformedJson)]
    [InlineData(Reasons.MissingField)]
    [InlineData(Reasons.InvalidField)]
    [InlineData(Reasons.KeyTooLong)]
    [InlineData(Reasons.UnusualPath)]
    [InlineData(Reasons.UnusualMethod)]
    public void Creations_that_only_the_Customer_API_takes_are_told_until_one_can_be_read(string reason)
    {
        Unconvertible(CallWatch.UnconvertibleLimit - 1, 200);

        // What the Customer API refuses is the app's mistake, and the app hears of it.
        Unconvertible(100, 422);
        Assert.Empty(Troubles);
        Unconvertible(1, 201);
        _watch.Note(Record(caller: "default", status: 200), creates: false);
        Assert.Equal((HealthComponent.Callers, "unconvertible", reason), _degradations.Current.Select(trouble => (trouble.Part, trouble.Reason, trouble.Detail)).Single());

        _watch.Note(Record(caller: "default", status: 200, outcome: Outcome.Fallback, reason: Reasons.NoClick, partner: "partner"), creates: true);
        Assert.Empty(Troubles);

        void Unconvertible(int times, int status)
        {
            foreach (var _ in Enumerable.Range(0, times))
            {
                // One under an unusual path has no route by which it were known as a creation.
                _watch.Note(Record(caller: "default", status: status, reason: reason), creates: reason is not (Reasons.UnusualPath or Reasons.UnusualMethod));
            }
        }
    }

    private void Stranger(int times = 1)
    {
        foreach (var _ in Enumerable.Range(0, times))
        {
            _watch.Note(Record(status: 200, reason: Reasons.UnknownCaller), creates: true);
        }
    }

    private void Miss(int times = 1, string reason = Reasons.NoClick)
    {
        foreach (var _ in Enumerable.Range(0, times))
        {
            _watch.Note(Record(caller: "default", status: 200, outcome: Outcome.Fallback, reason: reason), creates: true);
        }
    }

    private static RequestRecord Record(
        string? caller = null, int? status = null, Outcome? outcome = null, string? reason = null, string? xid = null, string? partner = null) => new()
        {
            TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
            Route = "/api/v2/customers",
            Caller = caller,
            UpstreamStatus = status,
            Outcome = outcome ?? Outcome.Passthrough,
            Reason = reason,
            Xid = xid,
            PartnerKey = partner,
        };
}
