using System.Text;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Tests.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.Clicks;

public class RequestClickTests
{
    private static readonly RequestField[] s_fields = [.. new[] { "xid", "ps_xid", "meta.ps_xid", "meta.gsxid" }.Select(text => RequestField.TryParse(text)!)];

    [Theory]
    [InlineData("\"xid\":\"X1\",\"ps_xid\":\"X2\"", "X1", null)]
    [InlineData("\"ps_xid\":\" X2 \"", "X2", null)]
    [InlineData("\"meta\":{\"plan\":\"pro\",\"ps_xid\":\"X3\",\"gsxid\":\"X4\",\"n\":12345678901234567890.10}", "X3", "{\"plan\":\"pro\",\"n\":12345678901234567890.10}")]
    [InlineData("\"meta\":{\"gsxid\":\"X4\"}", "X4", null)]
    [InlineData("\"ps_xid\":\"no id\",\"meta\":{\"ps_xid\":\"X3\"}", "X3", null)]
    [InlineData("\"xid\":\"X1\",\"meta\":{\"plan\":\"pro\"}", "X1", "{\"plan\":\"pro\"}")]
    [InlineData("\"xid\":null,\"ps_xid\":\"undefined\",\"meta\":{\"ps_xid\":7}", null, "{\"ps_xid\":7}")]
    [InlineData("\"xid\":\"jane@acme.com\",\"ps_xid\":\"X2\"", "X2", null)]
    [InlineData("\"meta\":{\"ps_xid\":\"jane%40acme.com\"}", null, "{\"ps_xid\":\"jane%40acme.com\"}")]
    [InlineData("\"meta\":{\"PS_XID\":\"X1\"}", null, "{\"PS_XID\":\"X1\"}")]
    [InlineData("\"meta\":{\"ps_xid\":\"X3\\ud83d\",\"gsxid\":\"X4\",\"note\":\"cut\\ud83d\"}", "X4", "{\"note\":\"cut\\ud83d\"}")]
    [InlineData("\"meta\":{\"ps_xid\":\"X3\\ud83d\"}", null, "{\"ps_xid\":\"X3\\ud83d\"}")]
    public void The_first_field_that_holds_a_click_id_is_the_click_and_meta_goes_without_it(string more, string? xid, string? meta)
    {
        var body = Encoding.UTF8.GetBytes(Read.Body(more: more));

        var request = RequestClick.Take(Read.V2(body).Request!, body, s_fields);

        Assert.Equal(xid, request.Click?.Xid.Value);
        Assert.Equal(meta, request.Meta is { } json ? Encoding.UTF8.GetString(json.Span) : null);
    }

    [Theory]
    [InlineData("email")]
    [InlineData("customer_key")]
    [InlineData("meta")]
    [InlineData("meta.")]
    [InlineData("meta.a.b")]
    [InlineData("$.xid")]
    public void What_is_something_else_holds_no_click_id(string text) => Assert.Null(RequestField.TryParse(text));
}
