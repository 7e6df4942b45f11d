using System.Net;
using System.Net.Sockets;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Support;

public class FreePortTests
{
    [Fact]
    public void Never_hands_out_a_port_twice()
    {
        int[] ports = [.. Enumerable.Range(0, 50).Select(_ => FreePort.Next())];

        Assert.Distinct(ports);
    }

    [Fact]
    public void A_port_and_its_cluster_bus_can_be_listened_on()
    {
        var port = FreePort.Next();

        using var first = new TcpListener(IPAddress.Loopback, port);
        using var bus = new TcpListener(IPAddress.Loopback, port + FreePort.ClusterBusOffset);
        first.Start();
        bus.Start();

        // Linux gives ports from 32768 on to outgoing connections.
        Assert.InRange(port + FreePort.ClusterBusOffset, 1024, 32767);
    }

    [Fact]
    public void The_block_that_ports_come_from_is_held_against_other_test_programs()
    {
        var port = FreePort.Next();

        using var another = new TcpListener(IPAddress.Loopback, port - ((port - FreePort.First) % FreePort.Block));
        Assert.Throws<SocketException>(() => another.Start());
    }
}
