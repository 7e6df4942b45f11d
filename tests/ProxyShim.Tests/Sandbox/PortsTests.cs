using System.Net;
using System.Net.Sockets;
using ProxyShim.Sandbox;
using ProxyShim.Sandbox.PartnerStack;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class PortsTests : IDisposable
{
    private readonly List<Socket> _others = [];

    [Fact]
    public async Task A_Redis_whose_port_is_taken_between_look_and_use_looks_again()
    {
        var usual = FreePort();
        await using var redis = await Ports.StartAsync(() => Task.FromResult(EmbeddedRedis.Start(Lost(usual))));
        Assert.NotEqual(usual, redis.Port);
    }

    [Fact]
    public async Task A_simulator_whose_port_is_taken_between_look_and_use_looks_again()
    {
        var usual = FreePort();
        await using var stack = await Ports.StartAsync(
            () => SimulatedPartnerStack.StartAsync(new() { ControlPort = Lost(usual) }, TestContext.Current.CancellationToken));
        Assert.NotEqual(usual, stack.ControlAddress.Port);
    }

    [Fact]
    public async Task What_never_gets_a_port_ends_with_the_reason()
    {
        var tries = 0;
        await Assert.ThrowsAsync<IOException>(() => Ports.StartAsync<int>(() =>
        {
            tries++;
            throw new IOException("taken");
        }));
        Assert.Equal(10, tries);
    }

    [Fact]
    public async Task What_fails_for_another_reason_is_not_tried_again()
    {
        var tries = 0;
        await Assert.ThrowsAsync<TimeoutException>(() => Ports.StartAsync<int>(() =>
        {
            tries++;
            throw new TimeoutException();
        }));
        Assert.Equal(1, tries);
    }

    public void Dispose() => _others.ForEach(static socket => socket.Dispose());

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Looks, and then somebody else is quicker.</summary>
    private int Lost(int usual)
    {
        var port = Ports.IfFree(usual);
        if (port != 0)
        {
            var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            other.Bind(new IPEndPoint(IPAddress.Loopback, port));
            other.Listen();
            _others.Add(other);
        }

        return port;
    }
}
