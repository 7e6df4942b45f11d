using System.Net;
using System.Net.Sockets;
using ProxyShim.Http;
using Xunit;

namespace ProxyShim.Tests.Http;

public sealed class OutboundClientsTests : IDisposable
{
    // Far from the default, 20 s, which would pass for it otherwise.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    private readonly TcpListener _upstream = new(IPAddress.Loopback, 0);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_nobody_uses_is_closed_after_the_idle_time_of_the_settings()
    {
        _upstream.Start();
        using var client = new HttpClient(new OutboundClients(new OutboundSettings(UseSystemProxy: false, TimeSpan.FromSeconds(1))).CreateHandler());
        var calling = client.GetStringAsync(new Uri($"http://{_upstream.LocalEndpoint}/"), Cancellation);
        using var connection = await _upstream.AcceptSocketAsync(Cancellation);
        var buffer = new byte[4096];
        Assert.NotEqual(0, await connection.ReceiveAsync(buffer, Cancellation));
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), Cancellation);
        Assert.Equal("ok", await calling);

        Assert.Equal(0, await connection.ReceiveAsync(buffer, Cancellation).AsTask().WaitAsync(s_limit, Cancellation));
    }

    public void Dispose() => _upstream.Dispose();
}
