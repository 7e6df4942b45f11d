using System.Net.Sockets;
using System.Text;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

/// <summary>Bytes over a socket, for what an HTTP client would tidy up or hide.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public static async Task<RawClient> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        return client;
    }

    public async Task SendAsync(string latin1, CancellationToken cancellationToken) =>
        await _socket.SendAsync(Encoding.Latin1.GetBytes(latin1), cancellationToken);

    /// <summary>What one receive brings; empty at the end.</summary>
    public async Task<string> ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[65536];
        return Encoding.Latin1.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, cancellationToken));
    }

    /// <summary>Receives until what came ends like this.</summary>
    public async Task<string> ReceiveUntilAsync(string end, CancellationToken cancellationToken)
    {
        var all = "";
        while (!all.EndsWith(end, StringComparison.Ordinal))
        {
            var part = await ReceiveAsync(cancellationToken);
            Assert.NotEmpty(part);
            all += part;
        }

        return all;
    }

    public void Dispose() => _socket.Dispose();
}
