using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.Customers;

public class ClickTests
{
    [Theory]
    [InlineData("2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z")]
    [InlineData("2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00Z")]
    [InlineData("2026-01-31 09:30", "2026-01-31T09:30:00Z")]
    [InlineData("1769851800", "2026-01-31T09:30:00Z")] // date -u -d 2026-01-31T09:30Z +%s
    [InlineData("1769851800123", "2026-01-31T09:30:00.123Z")]
    [InlineData("yesterday", null)]
    [InlineData("99999999999999999", null)]
    [InlineData("999999999999999999999999999", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Its_time_is_read_in_the_usual_forms(string? written, string? expected)
    {
        Assert.True(Xid.TryParse("xid", out var xid));
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, null), new Click(xid, ClickedAt: written).When);
    }
}
