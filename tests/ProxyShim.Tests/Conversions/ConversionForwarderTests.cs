using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ProxyShim.Conversions;
using ProxyShim.Http;
using ProxyShim.Tests.Settings;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyShim.Tests.Conversions;

public class ConversionForwarderTests
{
    private const string Body = """{"xid":"xid-1","customer_key":"c-1"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversion_leaves_in_one_piece()
    {
        using var api = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        api.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        api.Listen();
        await using var services = new ServiceCollection().AddLogging().AddHttpForwarder().BuildServiceProvider();
        var settings = Given.Settings(("ConversionApi:Address", $"http://{api.LocalEndPoint}"));
        using var forwarder = new ConversionForwarder(
            services.GetRequiredService<IHttpForwarder>(), new OutboundClients(settings.Outbound), settings.ConversionApi, TimeProvider.System);

        var sending = forwarder.SendAsync(Encoding.UTF8.GetBytes(Body), Cancellation).AsTask();
        using var connection = await api.AcceptAsync(Cancellation);
        var buffer = new byte[4096];
        var first = Encoding.UTF8.GetString(buffer, 0, await connection.ReceiveAsync(buffer, Cancellation));
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Cancellation);

        Assert.StartsWith("POST /conversion/xid HTTP/1.1\r\n", first, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Body, first, StringComparison.Ordinal);
        Assert.Equal(AttemptResult.Sent, (await sending).Meaning);
    }
}
