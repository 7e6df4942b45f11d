using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>Kestrel's socket transport with a <see cref="ReopenableListener"/> for its one endpoint.</summary>
internal sealed class ReopenableTransport : IConnectionListenerFactory
{
    private readonly SocketTransportFactory _sockets;

    public ReopenableTransport() => _sockets = new(
        Options.Create(new SocketTransportOptions { CreateBoundListenSocket = endpoint => Bind(endpoint, isFirst: Listener is null) }), NullLoggerFactory.Instance);

    public ReopenableListener? Listener { get; private set; }

    /// <summary>A socket that shares its port with the others that are made here, of which one may listen.</summary>
    /// <param name="isFirst">No other process may have the port; those after it may.</param>
    public static Socket Bind(EndPoint endpoint, bool isFirst)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (isFirst)
        {
            socket.Bind(endpoint);
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (!isFirst)
        {
            socket.Bind(endpoint);
        }

        return socket;
    }

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        Listener = new(_sockets, await _sockets.BindAsync(endpoint, cancellationToken));
}
