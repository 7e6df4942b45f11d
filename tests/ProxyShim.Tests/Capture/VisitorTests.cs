using System.Net;
using Microsoft.AspNetCore.Http;
using ProxyShim.Capture;
using Xunit;

namespace ProxyShim.Tests.Capture;

public class VisitorTests
{
    private static readonly IPNetwork[] s_proxies = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8:1::/48")];

    [Theory]
    [InlineData("203.0.113.7", null, "203.0.113.7", false)]
    [InlineData("::ffff:203.0.113.7", null, "203.0.113.7", false)]
    [InlineData("10.0.0.1", "203.0.113.7", "203.0.113.7", false)]
    [InlineData("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7", false)]
    [InlineData("2001:db8:1::5", "2001:db8:9::1", "2001:db8:9::1", false)]
    [InlineData("10.0.0.1", "203.0.113.7:4711", "203.0.113.7", false)]
    [InlineData("10.0.0.1", "[2001:db8:9::1]:4711", "2001:db8:9::1", false)]
    [InlineData("10.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7", false)]
    [InlineData("10.0.0.1", "1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7", false)]
    [InlineData("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3", false)]
    [InlineData("10.0.0.1", "203.0.113.7, unknown", null, false)]
    [InlineData("10.0.0.1", "", null, false)]
    [InlineData("10.0.0.1", null, null, false)]
    [InlineData("198.51.100.1", "203.0.113.7", null, true)]
    public void An_address_is_the_visitors_own_or_none(string connected, string? forwarded, string? expected, bool isHidden)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(connected);
        if (forwarded is not null)
        {
            context.Request.Headers["X-Forwarded-For"] = forwarded;
        }

        var visitor = Visitor.Of(context, s_proxies);

        Assert.Equal(expected, visitor.Address?.ToString());
        Assert.Equal(isHidden, visitor.IsHidden);
        Assert.NotEqual(IPAddress.None, visitor.Counted);
    }
}
