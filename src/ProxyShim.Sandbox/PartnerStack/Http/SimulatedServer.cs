using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>A real Kestrel on one port, HTTP/1.0 and 1.1, that can refuse connections and reset the ones it has.</summary>
internal sealed class SimulatedServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ConnectionContext, bool> _open = new();
    private readonly ReopenableTransport _transport = new();
    private readonly KestrelServer _kestrel;
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();

    private SimulatedServer(IPEndPoint listen)
    {
        // No minimum rates and no limit: slow clients, slow answers and large bodies are what this server is for.
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = _services };
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;

        // Any byte a client sends in a header is taken as it is; UTF-8 would refuse some.
        options.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        options.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        options.Listen(listen, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(Track);
        });
        _kestrel = new(Options.Create(options), _transport, NullLoggerFactory.Instance);
    }

    /// <summary>On this machine, such as <c>http://127.0.0.1:9080/</c>.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)Listener.EndPoint).Port}/");

    /// <summary>Whether its port is closed.</summary>
    public bool Refuses => Listener.Closed;

    private ReopenableListener Listener => _transport.Listener ?? throw new InvalidOperationException("The server has not been started.");

    public static async Task<SimulatedServer> StartAsync(IPEndPoint listen, Func<Exchange, Task> handler, CancellationToken cancellationToken)
    {
        var server = new SimulatedServer(listen);
        try
        {
            await server._kestrel.StartAsync(new HandlerApplication(handler), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public void Refuse()
    {
        Listener.Close();
        ResetAll();
    }

    public void Accept() => Listener.Open();

    public async ValueTask DisposeAsync()
    {
        ResetAll();

        // Already cancelled: no client is owed an answer any more.
        await _kestrel.StopAsync(new CancellationToken(canceled: true));
        _kestrel.Dispose();
        await _services.DisposeAsync();
    }

    private void ResetAll()
    {
        foreach (var connection in _open.Keys)
        {
            connection.Abort();
        }
    }

    private ConnectionDelegate Track(ConnectionDelegate next) => async connection =>
    {
        var tap = new HeadTap(connection.Transport.Input);
        connection.Transport = new TappedTransport(tap, connection.Transport.Output);
        connection.Features.Set(new SimulatedConnection(tap, connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket));
        _open.TryAdd(connection, true);
        try
        {
            // Accepted just before the listener was closed.
            if (Listener.Closed)
            {
                connection.Abort();
            }

            await next(connection);
        }
        finally
        {
            _open.TryRemove(connection, out _);
        }
    };
}
