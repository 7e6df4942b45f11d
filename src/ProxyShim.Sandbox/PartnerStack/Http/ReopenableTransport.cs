using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>Kestrel's socket transport with a <see cref="ReopenableListener"/> for its one endpoint.</summary>
internal sealed class ReopenableTransport : IConnectionListenerFactory
{
    private readonly SocketTransportFactory _sockets = new(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);

    public ReopenableListener? Listener { get; private set; }

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        Listener = new(_sockets, await _sockets.BindAsync(endpoint, cancellationToken));
}
