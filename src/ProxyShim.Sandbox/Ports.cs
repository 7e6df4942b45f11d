using System.Net;
using System.Net.Sockets;
using ProxyShim.Sandbox.Shim;

namespace ProxyShim.Sandbox;

/// <summary>The ports people can remember, and free ones where those are taken.</summary>
internal static class Ports
{
    public const int Shim = 8080;
    public const int Management = 8081;
    public const int Capture = 8082;
    public const int CustomerApi = 9080;
    public const int ConversionApi = 9081;
    public const int Control = 9082;
    public const int DemoSite = 9090;
    public const int Redis = 9379;

    // A part that loses a port looks for another one; that does not happen this often.
    private const int Attempts = 10;

    /// <summary>
    /// Starts something that asks <see cref="IfFree"/> or <see cref="Address"/> for its ports, again and again while one of them was taken between the look and
    /// the use, as when several sandboxes start at once.
    /// </summary>
    public static async Task<T> StartAsync<T>(Func<Task<T>> start)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await start();
            }
            catch (Exception exception) when (attempt < Attempts && exception is IOException or ShimEndedException { CouldNotListen: true })
            {
                // The next look sees who has it.
            }
        }
    }

    /// <summary>This port, or 0 (which means "any free one") when it is taken.</summary>
    public static int IfFree(int port) => TryBind(port) ?? 0;

    /// <summary>For a process that cannot be asked which port it took: this port, or a free one.</summary>
    public static Uri Address(int preferred) => new($"http://127.0.0.1:{(IfFree(preferred) is var port and not 0 ? port : Free())}");

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
