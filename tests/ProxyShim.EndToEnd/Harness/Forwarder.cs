using System.Net;
using System.Net.Sockets;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A name that leads to one server today and to another tomorrow: connections that are made go where it led then, and are left alone.</summary>
public class Forwarder : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private volatile int _port;

    /// <param name="port">Where it leads at first, on loopback.</param>
    public Forwarder(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary><c>127.0.0.1:port</c>.</summary>
    public string Endpoint => $"{_listener.LocalEndpoint}";

    /// <summary>New connections go to another server.</summary>
    public void LeadTo(int port) => _port = port;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Carries what the client says to the server, until either ends.</summary>
    protected virtual Task AskAsync(NetworkStream client, NetworkStream server, CancellationToken cancellation) => client.CopyToAsync(server, cancellation);

    /// <summary>Carries what the server says to the client, until either ends.</summary>
    protected virtual Task ReplyAsync(NetworkStream server, NetworkStream client, CancellationToken cancellation) => server.CopyToAsync(client, cancellation);

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token), _port));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task CarryAsync(TcpClient client, int port)
    {
        using var here = client;
        using var there = new TcpClient { NoDelay = true };
        here.NoDelay = true;
        try
        {
            await there.ConnectAsync(IPAddress.Loopback, port, _end.Token);
            await Task.WhenAny(AskAsync(here.GetStream(), there.GetStream(), _end.Token), ReplyAsync(there.GetStream(), here.GetStream(), _end.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
        {
            // One end has gone.
        }
    }
}
