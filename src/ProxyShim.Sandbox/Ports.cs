using System.Net;
using System.Net.Sockets;
using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox;

/// <summary>The ports people can remember, and free ones where those are taken.</summary>
internal static class Ports
{
    public const int Shim = 8080;
    public const int Management = 8081;

    private const int CustomerApi = 9080;
    private const int ConversionApi = 9081;
    private const int Control = 9082;
    private const int Redis = 9379;

    public static EmbeddedRedis StartRedis() => EmbeddedRedis.Start(IfFree(Redis));

    public static Task<SimulatedPartnerStack> StartPartnerStackAsync(TimeSpan lag, CancellationToken cancellationToken) =>
        SimulatedPartnerStack.StartAsync(
            new()
            {
                Lag = lag,
                CustomerApiPort = IfFree(CustomerApi),
                ConversionApiPort = IfFree(ConversionApi),
                ControlPort = IfFree(Control),
            },
            cancellationToken);

    /// <summary>For a process that cannot be asked which port it took: this port, or a free one.</summary>
    public static Uri Address(int preferred) => new($"http://127.0.0.1:{(IfFree(preferred) is var port and not 0 ? port : Free())}");

    /// <summary>This port, or 0 (which means "any free one") when it is taken.</summary>
    private static int IfFree(int port) => TryBind(port) ?? 0;

    private static int Free() => TryBind(0) ?? throw new IOException("No port of 127.0.0.1 is free.");

    private static int? TryBind(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
