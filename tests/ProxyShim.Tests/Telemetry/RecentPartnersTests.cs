using Microsoft.Extensions.Time.Testing;
using ProxyShim.Customers;
using ProxyShim.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public sealed class RecentPartnersTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 5, 4, 3, 59, 30, TimeSpan.Zero));
    private readonly RecentPartners _partners;

    public RecentPartnersTests() => _partners = new(new CustomerRef(new PrivacySettings(CustomerRefKind.Pseudonym, new byte[32])), _time);

    [Fact]
    public void Each_partner_has_what_it_brought_and_most_conversions_come_first()
    {
        Add("ada", PartnerEvent.Click, 3);
        Add("bob", PartnerEvent.Click, 2);
        Add("bob", PartnerEvent.Conversion, 2);
        _time.Advance(TimeSpan.FromMinutes(5));
        Add("bob", PartnerEvent.Verified, 1);
        Add("bob", PartnerEvent.Sale, 4);
        Add(null, PartnerEvent.Sale, 1);
        Add("", PartnerEvent.Verified, 1);

        Assert.Equal([new("bob", 2, 2, 1, 4), new("ada", 3, 0, 0, 0)], _partners.Read());
    }

    [Fact]
    public void What_is_an_hour_old_is_forgotten_minute_by_minute()
    {
        Add("ada", PartnerEvent.Click, 2);
        _time.Advance(TimeSpan.FromMinutes(RecentPartners.Minutes - 1));
        Add("ada", PartnerEvent.Click, 1);
        Assert.Equal([new("ada", 3, 0, 0, 0)], _partners.Read());

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([new("ada", 1, 0, 0, 0)], _partners.Read());

        _time.Advance(TimeSpan.FromMinutes(RecentPartners.Minutes));
        Assert.Empty(_partners.Read());
    }

    [Fact]
    public void However_many_a_caller_invents_they_take_bounded_room_and_none_goes_uncounted()
    {
        for (var number = 0; number < 10_000; number++)
        {
            Add($"p{number}", PartnerEvent.Conversion, 1);
        }

        Assert.Equal((RecentPartners.MaxPartners + 1, 10_000), (_partners.Read().Count, _partners.Read().Sum(partner => partner.Conversions)));
        Assert.Equal(new(RecentPartners.Other, 0, 10_000 - RecentPartners.MaxPartners, 0, 0), _partners.Read()[0]);

        // Their room is another's once they have brought nothing for an hour.
        _time.Advance(TimeSpan.FromMinutes(RecentPartners.Minutes));
        Add("new", PartnerEvent.Sale, 1);
        Assert.Equal([new("new", 0, 0, 0, 1)], _partners.Read());
    }

    [Fact]
    public void A_partner_with_many_clicks_and_no_conversion_is_counted()
    {
        Add("ada", PartnerEvent.Click, RecentPartners.ManyClicks);
        Add("bob", PartnerEvent.Click, RecentPartners.ManyClicks - 1);
        Add("cid", PartnerEvent.Click, RecentPartners.ManyClicks);
        Add("cid", PartnerEvent.Conversion, 1);

        Assert.Equal(1, _partners.Unconverted);
    }

    [Theory]
    [InlineData("converted", null, "xid", null, null, "ada")]
    [InlineData("fallback", "refused", "xid", "click's", null, "click's")]
    [InlineData("fallback", "partner_mismatch", "xid", "click's", null, "click's")]
    [InlineData("fallback", "no_click", null, null, null, null)]
    [InlineData("duplicate", null, "xid", null, null, null)]
    [InlineData("passthrough", null, "xid", null, null, null)]
    [InlineData("shadowed", null, "xid", null, "converted", null)]
    public void A_click_is_one_of_a_new_customer_that_was_found_and_could_convert(
        string outcome, string? reason, string? xid, string? clickPartner, string? wouldBe, string? expected)
    {
        _partners.Handled(new()
        {
            TraceId = "",
            Route = "",
            Outcome = OutcomeOf(outcome)!,
            Reason = reason,
            Xid = xid,
            PartnerKey = "ada",
            ClickPartnerKey = clickPartner,
            WouldBe = OutcomeOf(wouldBe),
        });

        Assert.Equal(expected is null ? [] : [new(expected, 1, 0, 0, 0)], _partners.Read());
    }

    [Fact]
    public void A_sale_is_its_customers_partners()
    {
        var record = new RequestRecord { TraceId = "", Route = "", Outcome = Outcome.Passthrough, Referral = new("xid", "ada", null, default) };
        _partners.Handled(record);
        Assert.Empty(_partners.Read());

        record.Sale = new Sale(12.5m, "EUR");
        _partners.Handled(record);
        Assert.Equal([new("ada", 0, 0, 0, 1)], _partners.Read());
    }

    [Fact]
    public void One_that_is_an_address_is_named_as_in_the_log_and_a_long_one_is_cut_as_there()
    {
        const string address = "jane.doe@example.com";
        Add(address, PartnerEvent.Click, 1);
        Add(new string('x', 300), PartnerEvent.Click, 1);

        var names = _partners.Read().Select(partner => partner.Partner).ToList();
        Assert.Equal([new CustomerRef(new PrivacySettings(CustomerRefKind.Pseudonym, new byte[32])).OfPartner(address), new string('x', 256)], names);
        Assert.DoesNotContain(address, names);
    }

    private static Outcome? OutcomeOf(string? name) =>
        typeof(Outcome).GetFields().Select(field => field.GetValue(null)).OfType<Outcome>().SingleOrDefault(outcome => outcome.Name == name);

    private void Add(string? partner, PartnerEvent what, int times)
    {
        for (var time = 0; time < times; time++)
        {
            _partners.Add(partner, what);
        }
    }
}
