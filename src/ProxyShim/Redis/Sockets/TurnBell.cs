using System.Net.Sockets;

namespace ProxyShim.Redis.Sockets;

/// <summary>
/// Tells when the socket thread has been through everything that had arrived: a socket connected to itself, which is told of behind those that were ready before it
/// (https://man7.org/linux/man-pages/man7/epoll.7.html).
/// </summary>
internal sealed class TurnBell : IDisposable
{
    private static readonly byte[] s_ring = [0];

    private readonly Socket _socket;
    private readonly Action _heard;
    private int _isRung;
    private bool _hasEnded;

    private TurnBell(Socket socket, Action heard) => (_socket, _heard) = (socket, heard);

    /// <summary>Whether it has been rung and not been heard yet.</summary>
    public bool IsRung => Volatile.Read(ref _isRung) == 1;

    /// <param name="heard">Run on the socket thread, once for all who have rung since it last was.</param>
    /// <returns>Null where the system has no such socket: abstract addresses are Linux's (https://man7.org/linux/man-pages/man7/unix.7.html).</returns>
    public static TurnBell? TryCreate(Action heard)
    {
        var socket = default(Socket);
        try
        {
            socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

            // Containers of one pod share the addresses, and often the process id.
            var address = new UnixDomainSocketEndPoint($"\0proxyshim-{Guid.NewGuid():N}");
            socket.Bind(address);
            socket.Connect(address);
            var bell = new TurnBell(socket, heard);
            _ = bell.ListenAsync();
            return bell;
        }
        catch (SocketException)
        {
            socket?.Dispose();
            return null;
        }
    }

    /// <summary>False when it cannot be heard.</summary>
    public bool TryRing()
    {
        if (Volatile.Read(ref _hasEnded))
        {
            return false;
        }

        // Whoever has rung it already is heard after this.
        if (Interlocked.Exchange(ref _isRung, 1) == 1)
        {
            return true;
        }

        try
        {
            _socket.Send(s_ring);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Volatile.Write(ref _isRung, 0);
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task ListenAsync()
    {
        var ring = new byte[s_ring.Length];
        try
        {
            while (true)
            {
                await _socket.ReceiveAsync(ring.AsMemory(), SocketFlags.None, CancellationToken.None).ConfigureAwait(false);

                // First: who rings from here on is heard once more.
                Volatile.Write(ref _isRung, 0);
                _heard();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // We have closed it ourselves, or the system lets it ring and not be heard (AppArmor has a rule for each).
        }
        finally
        {
            // In this order: who rings later cannot, and who has rung before is heard.
            Volatile.Write(ref _hasEnded, true);
            _socket.Dispose();
            Volatile.Write(ref _isRung, 0);
            _heard();
        }
    }
}
