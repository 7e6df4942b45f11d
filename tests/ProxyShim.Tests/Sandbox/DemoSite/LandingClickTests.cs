using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using ProxyShim.Sandbox.DemoSite;
using Xunit;

namespace ProxyShim.Tests.Sandbox.DemoSite;

public sealed class LandingClickTests
{
    [Theory]
    [InlineData("?ps_xid=x1&ps_partner_key=bG92ZWxhY2U&gsxid=x2&gspk=aG9wcGVy&sid1=a&sid2=b", "x1", "lovelace", "a,b")]
    [InlineData("?gsxid=x2&gspk=aG9wcGVy", "x2", "hopper", "")]
    [InlineData("?ps_xid=&gsxid=x2&ps_partner_key=&gspk=aG9wcGVy&sid=c&side=d", "x2", "hopper", "c")]
    public void It_is_read_by_either_name(string query, string xid, string partner, string subIds)
    {
        var click = LandingClick.Of(new QueryCollection(QueryHelpers.ParseQuery(query)));
        Assert.NotNull(click);
        Assert.Equal((xid, partner, subIds), (click.Xid, click.Partner, string.Join(',', click.SubIds)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?ps_xid=x1")]
    [InlineData("?ps_partner_key=bG92ZWxhY2U")]
    public void Half_a_click_is_none(string query) => Assert.Null(LandingClick.Of(new QueryCollection(QueryHelpers.ParseQuery(query))));

    [Theory]
    [InlineData("ZWRpdG9yaWFsZGVwYXJ0bWVudDkzODE", "editorialdepartment9381")]
    [InlineData("ZWRpdG9yaWFsZGVwYXJ0bWVudDkzODE=", "editorialdepartment9381")]
    [InlineData("w7_Dvw", "ÿÿ")]
    [InlineData("w7/Dvw==", "ÿÿ")]
    [InlineData("no base64!", "no base64!")]
    public void A_partner_key_is_decoded_padded_or_not(string key, string partner) => Assert.Equal(partner, LandingClick.Decoded(key));
}
