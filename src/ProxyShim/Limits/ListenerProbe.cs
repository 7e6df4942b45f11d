using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ProxyShim.Limits;

/// <summary>Asks the legacy listener itself whether it takes connections: one that does not is a shim that lives and serves no caller.</summary>
/// <remarks>
/// Below HTTP and TLS, and it costs no place among the connections: who is full is not dead. The listener knows the probe by its port.
/// </remarks>
internal sealed class ListenerProbe(TimeProvider time)
{
    /// <summary>Far above what a busy machine needs, and below a probe's time-out.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<int, TaskCompletionSource> _asking = new();
    private readonly ConcurrentBag<ListenOptions> _endPoints = [];

    /// <summary>Where the listener will listen; a port that the system chooses is known once it does.</summary>
    public void Watch(ListenOptions endPoint) => _endPoints.Add(endPoint);

    /// <summary>Whether this connection is the probe's; then it has been answered.</summary>
    public bool IsOurs(EndPoint? remote) => !_asking.IsEmpty && remote is IPEndPoint ip && _asking.TryGetValue(ip.Port, out var asking) && asking.TrySetResult();

    /// <summary>True when each of its addresses takes a connection. A file (unix:) is not asked.</summary>
    public async Task<bool> IsListeningAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Timeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        foreach (var endPoint in _endPoints.Select(options => options.IPEndPoint).OfType<IPEndPoint>())
        {
            if (!await IsListeningAsync(Reachable(endPoint), ended.Token))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> IsListeningAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var port = 0;
        try
        {
            socket.Bind(new IPEndPoint(endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
            port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            _asking[port] = answered;
            await socket.ConnectAsync(endPoint, cancellationToken);
            await answered.Task.WaitAsync(cancellationToken);
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
        {
            // It could not be asked. To be restarted would cost those who are served.
            return true;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            _asking.TryRemove(port, out _);
        }
    }

    // A listener on all addresses listens here.
    private static IPEndPoint Reachable(IPEndPoint endPoint) =>
        endPoint.Address.Equals(IPAddress.Any) ? new(IPAddress.Loopback, endPoint.Port)
        : endPoint.Address.Equals(IPAddress.IPv6Any) ? new(IPAddress.IPv6Loopback, endPoint.Port)
        : endPoint;
}
