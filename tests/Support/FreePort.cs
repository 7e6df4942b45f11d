using System.Net;
using System.Net.Sockets;

namespace ProxyShim.Testing;

/// <summary>Ports on loopback for servers that tests start.</summary>
public static class FreePort
{
    /// <summary>Redis Cluster talks to its peers on the port of the clients plus this (redis.io, "cluster-port").</summary>
    public const int ClusterBusOffset = 10_000;

    // Below what Linux hands out to outgoing connections (32768 and up), bus ports included, so that no connection takes
    // the port between this answer and the server's start.
    private const int First = 12_000;
    private const int Count = 10_000;

    // Test programs run side by side: each begins elsewhere.
    private static int s_last = Environment.ProcessId * 251 % Count;

    /// <summary>A port nobody listens on, and which this process has not handed out before.</summary>
    /// <exception cref="InvalidOperationException">All are taken.</exception>
    public static int Next()
    {
        for (var i = 0; i < Count; i++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref s_last) % Count);
            if (IsFree(port) && IsFree(port + ClusterBusOffset))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port between {First} and {First + Count - 1} is free.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
