using System.Net;
using System.Net.Sockets;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

/// <summary>The simulated PartnerStack and the demo site for a shim that runs elsewhere.</summary>
public sealed class PartnerStackAloneTests
{
    // The machine's own, and none that a server has which listens on 127.0.0.1 only.
    private static readonly IPAddress s_another = IPAddress.Parse("127.0.0.2");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData]
    [InlineData("--listen", "0.0.0.0")]
    public async Task Only_what_browsers_come_to_listens_beyond_loopback_and_only_when_told(params string[] listen)
    {
        var ports = Enumerable.Range(0, 3).Select(static _ => FreePort.Next()).ToArray();
        await using var sandbox = new SandboxProcess(
            ["--partnerstack", .. listen],
            ("Management__Token", "token"),
            ("CustomerApi__Address", $"http://127.0.0.1:{ports[0]}"),
            ("ConversionApi__Address", $"http://127.0.0.1:{ports[1]}"),
            ("Capture__Origins__0", $"http://127.0.0.1:{ports[2]}"));
        await sandbox.PrintsAsync("What PartnerStack gets:", Cancellation);

        string[] parts = ["Customer API", "Conversion API", "demo site", "simulator"];
        var addresses = parts.Select(part => new Uri(sandbox.Labelled(part))).ToArray();
        Assert.Equal(ports, addresses.Take(3).Select(static address => address.Port));
        Assert.All(addresses, static address => Assert.True(Accepts(IPAddress.Loopback, address.Port)));
        Assert.Equal(listen.Length == 0 ? [] : ["Conversion API", "demo site"], parts.Where((_, part) => Accepts(s_another, addresses[part].Port)));

        sandbox.Signal("TERM");
        Assert.Equal(0, await sandbox.EndsAsync(Cancellation));
    }

    [Theory]
    [InlineData("Management__Token is not set", "Management__Token", "")]
    [InlineData("Capture__Url 'nowhere' is not an address", "Capture__Url", "nowhere")]
    [InlineData("Conversions__HoldFor 'soon' is not a time", "Conversions__HoldFor", "soon")]
    public async Task A_setting_of_the_shim_that_it_cannot_use_is_named(string said, string name, string value)
    {
        await using var sandbox = new SandboxProcess(["--partnerstack"], ("Management__Token", "token"), (name, value));
        Assert.Equal(64, await sandbox.EndsAsync(Cancellation));
        Assert.StartsWith(said, sandbox.Output, StringComparison.Ordinal);
    }

    private static bool Accepts(IPAddress address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(address, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
