using ProxyShim.Http;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyShim.Passthrough;

/// <summary>Makes the HTTP client that YARP forwards with.</summary>
internal sealed class CustomerApiClients(OutboundSettings settings, ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    private readonly OutboundClients _clients = new(settings);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        _clients.Configure(handler);
        handler.PlaintextStreamFilter = static (connection, _) => new(new UpstreamConnection(connection.PlaintextStream));
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) => new WholeBodies(handler);

    private sealed class WholeBodies(HttpMessageHandler connections) : DelegatingHandler(connections)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Content = WholeBody.Of(request);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
