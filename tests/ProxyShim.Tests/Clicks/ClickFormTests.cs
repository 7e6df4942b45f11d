using System.Text;
using CsCheck;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.Clicks;

public class ClickFormTests
{
    private static readonly string[] s_names = [.. ClickName.All.Select(static name => name.Text), "canary"];

    private static readonly DateTimeOffset s_now = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    [Fact]
    public void Everything_that_can_be_said_is_read()
    {
        var reported = Read(
            """
            {"xid":"X1","partner_key":"lovelace","sub_ids":["a","","b"],"clicked_at":1777863600000,"origin":"acme.com","external_type":"web","ip_address":"203.0.113.7",
             "user_agent":"Firefox","customer_key":7,"email":"Ann@Example.com","provider_key":"cus_1"}
            """);

        Assert.Equal(("X1", "lovelace"), (reported.Click.Xid.Value, reported.Click.PartnerKey));
        Assert.Equal(["a", "b"], reported.Click.SubIds!);
        Assert.Equal(1777863600000, reported.Click.When!.Value.ToUnixTimeMilliseconds());
        Assert.Equal(new CustomerIdentity("7", "Ann@Example.com", null, "cus_1"), reported.Customer);
        Assert.Equal(("acme.com", "web", "203.0.113.7", "Firefox"), (
            reported.Click.Origin.ToString(), reported.Click.ExternalType.ToString(), reported.Click.IpAddress.ToString(), reported.Click.UserAgent.ToString()));
    }

    [Theory]
    [InlineData("""{"ps_xid":"X1","ps_partner_key":"bG92ZWxhY2U"}""")]
    [InlineData("""{"gsxid":"X1","gspk":"bG92ZWxhY2U="}""")]
    [InlineData("""{"gsxid":"old","ps_xid":"X1","gspk":"b2xk","ps_partner_key":"bG92ZWxhY2U"}""")]
    [InlineData("""{"ps_xid":"","xid":null,"gsxid":"X1","gspk":"lovelace"}""")]
    public void The_names_of_partner_links_are_taken_as_they_stand(string json)
    {
        var reported = Read(json);

        Assert.Equal(("X1", "lovelace"), (reported.Click.Xid.Value, reported.Click.PartnerKey));
    }

    [Theory]
    [InlineData("", "The body is not valid JSON")]
    [InlineData("[]", "Write a JSON object")]
    [InlineData("{}", "xid is missing")]
    [InlineData("""{"xid":""}""", "xid is missing")]
    [InlineData("""{"xid":"a b"}""", "xid is not a click id")]
    [InlineData("""{"xid":"jane@acme.com"}""", "xid is not a click id")]
    [InlineData("""{"ps_xid":"amFuZUBhY21lLmNvbQ"}""", "xid is not a click id")]
    [InlineData("""{"xid":{}}""", "xid is not a text")]
    [InlineData("""{"xid":"X","xidd":"X"}""", "One of the names is not known")]
    [InlineData("""{"xid":"X","clicked_at":"yesterday"}""", "clicked_at is not a time")]
    [InlineData("""{"xid":"X","clicked_at":1777863600}""", "clicked_at is not a time")]
    [InlineData("""{"xid":"X","clicked_at":1999999999999}""", "clicked_at is not a time")]
    [InlineData("""{"xid":"X","clicked_at":"2033-05-18T03:33:19Z"}""", "clicked_at is not a time")]
    [InlineData("""{"xid":"X","clicked_at":"2026-01-31T09:30:00"}""", "clicked_at is not a time")]
    [InlineData("""{"xid":"X","clicked_at":"31.01.2026 09:30:00Z"}""", "clicked_at is not a time")]
    [InlineData("""{"xid":"X","ip_address":"localhost"}""", "ip_address is not an address")]
    [InlineData("""{"xid":"X","email_sha256":"abc"}""", "email_sha256 is not 64")]
    [InlineData("""{"xid":"X","sub_ids":"a|b"}""", "sub_ids is not a list")]
    [InlineData("""{"xid":"X","sub_ids":[1]}""", "sub_ids is not a list")]
    [InlineData("""{"xid":"\ud800"}""", "The body is not valid JSON")]
    public void What_cannot_be_used_is_refused_with_what_to_write(string json, string problem)
    {
        Assert.Null(ClickForm.Read(Encoding.UTF8.GetBytes(json), s_now, out var said));
        Assert.StartsWith(problem, said!.Write, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1769851800000")]
    [InlineData("\"1769851800000\"")]
    [InlineData("\"2026-01-31T09:30:00Z\"")]
    [InlineData("\"2026-01-31T09:30:00.000Z\"")]
    [InlineData("\"2026-01-31T09:30:00+00:00\"")]
    [InlineData("\"2026-01-31T10:30:00.0000000+01:00\"")]
    public void A_time_may_be_written_as_it_is_stored_and_as_it_is_shown(string time)
    {
        var reported = ClickForm.Read(Encoding.UTF8.GetBytes($$"""{"xid":"X","clicked_at":{{time}}}"""), s_now, out _);

        Assert.Equal(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero), reported!.Click.When);
    }

    [Theory]
    [InlineData("customer_key", 256, "customer_key is too long")]
    [InlineData("origin", 256, "A text is too long")]
    [InlineData("partner_key", 256, "A text is too long")]
    [InlineData("user_agent", 1025, "A text is too long")]
    [InlineData("xid", 256, "xid is not a click id")]
    public void Texts_have_bounds(string name, int length, string problem)
    {
        Assert.Null(ClickForm.Read(Encoding.UTF8.GetBytes($$"""{"gsxid":"X","{{name}}":"{{new string('x', length)}}"}"""), s_now, out var said));
        Assert.StartsWith(problem, said!.Write, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_comes_is_read_or_refused_and_what_is_refused_is_not_repeated() => Gen.OneOf(
        Gen.String,
        Gen.Select(Gen.Int[0, s_names.Length - 1].Select(i => s_names[i]), Gen.String).Select((name, text) => System.Text.Json.JsonSerializer.Serialize(
            new Dictionary<string, string> { ["gsxid"] = "X1", [name] = "canary" + text }))).Sample(text =>
    {
        var reported = ClickForm.Read(Encoding.UTF8.GetBytes(text), s_now, out var problem);
        Assert.Equal(reported is null, problem is not null);
        Assert.DoesNotContain("canary", problem?.Write ?? "", StringComparison.Ordinal);
    });

    private static ReportedClick Read(string json)
    {
        var reported = ClickForm.Read(Encoding.UTF8.GetBytes(json), s_now, out var problem);
        Assert.Null(problem);
        return reported!;
    }
}
