using ProxyShim.Management;
using ProxyShim.Settings;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Management;

/// <summary>A stranger's page can give this machine's address a name of its own, but none of these.</summary>
public class ManagementHostsTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:10.1.2.3]")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("proxyshim")]
    [InlineData("console.localhost")]
    [InlineData("proxyshim.shop.svc")]
    [InlineData("proxyshim.shop.svc.cluster.local")]
    [InlineData("shim.internal")]
    [InlineData("")]
    [InlineData("shim.acme.com")]
    [InlineData("Console.Acme.Com")]
    public void Ours(string host) => Assert.True(Hosts().Knows(host));

    [Theory]
    [InlineData("rebound.example.com")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("localhost.example.com")]
    [InlineData("evil-internal.com")]
    [InlineData("shim.acme.com.evil.example")]
    [InlineData("other.acme.com")]
    public void A_strangers(string host) => Assert.False(Hosts().Knows(host));

    [Theory]
    [InlineData("https://shim.acme.com")]
    [InlineData("shim.acme.com:8081")]
    [InlineData("shim.acme.com/console")]
    [InlineData("*")]
    public void A_name_is_a_name(string name) =>
        Assert.StartsWith("Management:Hosts:0: is no host name; write one", Assert.Single(Given.Problems(("Management:Hosts:0", name))), StringComparison.Ordinal);

    private static ManagementHosts Hosts() => new(ListenAddress.Parse("http://console.acme.com:8081"), ["shim.acme.com"]);
}
