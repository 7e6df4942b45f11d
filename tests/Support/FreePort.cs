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
    internal const int First = 12_000;
    private const int Count = 10_000;

    // Test programs run side by side, and a port that one of them has handed out may not be listened on yet, or not any more for a moment: each takes from a
    // block of its own, whose first port it holds. Those who find no block left share.
    internal const int Block = 2_000;

    private static readonly TcpListener? s_hold = HoldBlock();
    private static readonly int s_block = s_hold is { LocalEndpoint: IPEndPoint held } ? held.Port : First + (Environment.ProcessId % (Count / Block) * Block);
    private static int s_last;

    /// <summary>A port nobody listens on, and which this process has not handed out before.</summary>
    /// <exception cref="InvalidOperationException">All are taken.</exception>
    public static int Next()
    {
        for (var i = 1; i < Block; i++)
        {
            var port = s_block + 1 + (int)((uint)Interlocked.Increment(ref s_last) % (Block - 1));
            if (IsFree(port) && IsFree(port + ClusterBusOffset))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port between {s_block + 1} and {s_block + Block - 1} is free.");
    }

    private static TcpListener? HoldBlock()
    {
        for (var block = First; block < First + Count; block += Block)
        {
            var listener = new TcpListener(IPAddress.Loopback, block);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Another test program's.
            }
        }

        return null;
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
