using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Http;

/// <summary>NO_PROXY as .NET reads it, which is not as curl does: what never matches is told.</summary>
public class OutboundSettingsTests
{
    [Theory]
    [InlineData("*", "'*' never matches")]
    [InlineData("*.partnerstack.com", "'*.partnerstack.com' never matches")]
    [InlineData("localhost:8080", "'localhost:8080' never matches")]
    [InlineData("10.0.0.0/8", "'10.0.0.0/8' never matches")]
    [InlineData("a b", "'a b' never matches")]
    [InlineData("a;b", "'a;b' never matches")]
    [InlineData("::1", "'::1' never matches")]
    [InlineData("localhost, partnerstack.com", "'partnerstack.com' does not cover api.partnerstack.com; write .partnerstack.com")]
    public void What_never_matches_is_told(string value, string expected)
    {
        var warning = Assert.Single(Given.Settings(("Outbound:UseSystemProxy", "true"), ("NO_PROXY", value)).Warnings);

        Assert.Equal("NO_PROXY", warning.Setting);
        Assert.StartsWith(expected, $"{warning.Cause}; {warning.Remedy}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost,127.0.0.1,[::1],.partnerstack.com,partnerlinks.io")]
    [InlineData(",")]
    public void What_matches_is_not(string value)
        => Assert.Empty(Given.Settings(("Outbound:UseSystemProxy", "true"), ("NO_PROXY", value)).Warnings);

    [Fact]
    public void Where_no_proxy_is_used_it_does_not_matter() => Assert.Empty(Given.Settings(("NO_PROXY", "*")).Warnings);
}
