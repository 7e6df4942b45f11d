using System.Text;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Clicks;

/// <summary>What stands in Redis is read as a click, or is a miss; it never throws, for somebody else wrote it.</summary>
public class ClickReaderTests
{
    [Theory]
    [InlineData("xid-1")]
    [InlineData(" xid-1\n")]
    [InlineData("\t\r\nxid-1")]
    public void A_string_is_a_bare_xid(string value)
        => Assert.Equal("xid-1", Assert.IsType<Click>(ClickReader.FromString(value)).Xid.Value);

    [Fact]
    public void A_number_is_an_xid_as_well()
        => Assert.Equal("42", ClickReader.FromString(42)?.Xid.Value);

    [Fact]
    public void JSON_has_every_field()
    {
        var click = ClickReader.FromString("""
            {
              "xid": " xid-1 ", "partner_key": "partner", "sub_ids": ["a", "", "b", 5, null], "origin": "acme.com", "ip_address": "192.0.2.1",
              "user_agent": "Mozilla/5.0", "external_type": "trial", "clicked_at": 1772600767089, "unknown": {}
            }
            """)!;

        Assert.Equal("xid-1", click.Xid.Value);
        Assert.Equal("partner", click.PartnerKey);
        Assert.Equal(["a", "b"], click.SubIds!);
        Assert.Equal("acme.com", click.Origin);
        Assert.Equal("192.0.2.1", click.IpAddress);
        Assert.Equal("Mozilla/5.0", click.UserAgent);
        Assert.Equal("trial", click.ExternalType);
        Assert.Equal("1772600767089", click.ClickedAt);
    }

    [Theory]
    [InlineData("""{"xid":"x"}""")]
    [InlineData("""  {"xid":"x"}""")]
    [InlineData("""{"xid":"x","partner_key":"","sub_ids":[],"origin":null,"ip_address":{},"user_agent":[],"external_type":true,"clicked_at":""}""")]
    [InlineData("""{"xid":"x","sub_ids":"a"}""")]
    [InlineData("""{"xid":"x","sub_ids":["",null]}""")]
    public void What_is_left_out_empty_or_of_another_kind_is_absent(string json)
    {
        var click = ClickReader.FromString(json)!;

        Assert.Equal("x", click.Xid.Value);
        Assert.Null(click.PartnerKey);
        Assert.All([click.Origin, click.IpAddress, click.UserAgent, click.ExternalType, click.ClickedAt], text => Assert.True(text.IsEmpty));
        Assert.Null(click.SubIds);
    }

    [Theory]
    [InlineData("""{"xid":"x","origin":"a \u0022\u00e4\ud83d\ude00\\/"}""", "a \"ä😀\\/")]
    [InlineData("""{"xid":"x","origin":"ä😀"}""", "ä😀")]
    [InlineData("""{"xid":"x","origin":1.50}""", "1.50")]
    [InlineData("""{"xid":"x","or\u0069gin":"escaped name"}""", "escaped name")]
    [InlineData("""{"origin":"first","xid":"x","origin":"last"}""", "last")]
    [InlineData("""{"xid":"x","origin":"first","origin":null}""", "")]
    [InlineData("""{"xid":"x","deeper":{"origin":"another","xid":"y"},"origin":"its own"}""", "its own")]
    public void A_text_is_what_it_says(string json, string expected)
    {
        var click = ClickReader.FromString(json)!;

        Assert.Equal(("x", expected), (click.Xid.Value, click.Origin.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("two words")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("""{"xid":null}""")]
    [InlineData("""{"xid":""}""")]
    [InlineData("""{"xid":"a b"}""")]
    [InlineData("""{"xid":["x"]}""")]
    [InlineData("""{"XID":"x"}""")]
    [InlineData("""{"xid":"x"} trailing""")]
    [InlineData("""{"xid":"x"}{}""")]
    [InlineData("""{"xid":"x",}""")]
    [InlineData("""{"xid":"x" """)]
    [InlineData("""{"xid":"\ud800"}""")]
    [InlineData("""{"xid":"x","origin":"\ud800"}""")]
    [InlineData("""{"xid":"x","sub_ids":["\ud800"]}""")]
    [InlineData("\"xid-1\"")]
    [InlineData("ümlaut")]
    [InlineData("jane@acme.com")]
    [InlineData("""{"xid":"jane@acme.com"}""")]
    [InlineData("""{"xid":"jane\u0040acme.com"}""")]
    [InlineData("""{"xid":"amFuZUBhY21lLmNvbQ"}""")]
    public void Anything_else_is_a_miss(string value)
        => Assert.Null(ClickReader.FromString(value));

    [Theory]
    [InlineData("xid-")]
    [InlineData("{\"xid\":\"x\",\"origin\":\"")]
    public void Bytes_that_are_not_UTF8_are_a_miss(string before)
        => Assert.Null(ClickReader.FromString((byte[])[.. Encoding.UTF8.GetBytes(before), 0xff, .. before[0] == '{' ? "\"}"u8 : ""u8]));

    [Fact]
    public void JSON_too_deep_to_be_meant_is_a_miss()
        => Assert.Null(ClickReader.FromString($$"""{"xid":"x","y":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}"""));

    [Fact]
    public void A_hash_has_every_field()
    {
        var click = ClickReader.FromHash(
        [
            new("xid", " xid-1 "), new("partner_key", "partner"), new("sub_ids", "a, ,b"), new("origin", "acme.com"), new("ip_address", "192.0.2.1"),
            new("user_agent", "Mozilla/5.0"), new("external_type", "trial"), new("clicked_at", 1772600767089), new("unknown", "x"),
        ])!;

        Assert.Equal("xid-1", click.Xid.Value);
        Assert.Equal("partner", click.PartnerKey);
        Assert.Equal(["a", "b"], click.SubIds!);
        Assert.Equal("acme.com", click.Origin);
        Assert.Equal("192.0.2.1", click.IpAddress);
        Assert.Equal("Mozilla/5.0", click.UserAgent);
        Assert.Equal("trial", click.ExternalType);
        Assert.Equal("1772600767089", click.ClickedAt);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a,b", "a|b")]
    [InlineData("""["a","b,c"]""", "a|b,c")]
    [InlineData(""" ["a",""]""", "a")]
    [InlineData("", null)]
    [InlineData(" ", null)]
    [InlineData(",", null)]
    [InlineData("[]", null)]
    [InlineData("[broken", null)]
    [InlineData("""["a"] trailing""", null)]
    [InlineData("""[["a"],{"b":"c"},"d"]""", "d")]
    [InlineData("""["\ud800"]""", null)]
    public void The_sub_ids_of_a_hash_are_a_list_or_JSON(string text, string? expected)
        => Assert.Equal(expected, ClickReader.FromHash([new("xid", "x"), new("sub_ids", text)])!.SubIds is { } subIds ? string.Join('|', subIds) : null);

    [Theory]
    [InlineData("xid", "")]
    [InlineData("xid", "a b")]
    [InlineData("xid", "jane@acme.com")]
    [InlineData("XID", "x")]
    [InlineData("partner_key", "x")]
    public void A_hash_without_an_xid_is_a_miss(string field, string value)
        => Assert.Null(ClickReader.FromHash([new HashEntry(field, value)]));

    [Fact]
    public void A_hash_with_names_that_are_not_text_is_read_all_the_same()
        => Assert.NotNull(ClickReader.FromHash([new((byte[])[0xff], "x"), new((byte[])[0xfe], "y"), new("xid", "x")]));
}
