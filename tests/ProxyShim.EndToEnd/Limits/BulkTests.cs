using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Limits;

/// <summary>Transfers without end, each as fast as the shim lets it, on one processor: they go on, and creations are converted beside them.</summary>
/// <remarks>What they take from the creations is measured by <c>load --sections bulk</c> of the benchmarks.</remarks>
[RedisSuite]
public sealed class BulkTests(TestRedis redis)
{
    private const string Upload = "PUT /api/v2/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n";
    private const string Download = "GET /api/v2/files HTTP/1.1\r\nHost: x\r\n\r\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Creations_are_converted_beside_transfers_without_end()
    {
        var taskset = Require.Program("taskset", "util-linux");
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        await using var endless = new EndlessUpstream();
        using var folder = new TemporaryFolder();

        // Redis and the machine may be busy with other tests: what is asked is that a creation comes to its turn at all.
        await using var shim = ShimProcess.Launch(
            await WrappedShim.WriteAsync(folder, $"exec {taskset} -c 0 \"$SHIM\"", Cancellation),
            stand.SettingsWith(("CustomerApi:Address", endless.Address), ("Redis:Timeout", "00:00:05"), ("Verification:Grace", "00:10:00")));
        await shim.WaitUntilReadyAsync(Cancellation);

        using var up = await AskAsync(shim, Upload);
        using var down = await AskAsync(shim, Download);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sending = SendAsync(up, over.Token);
        var receiving = ReceiveAsync(down, over.Token);
        await Eventually.IsTrueAsync("both are under way", () => Task.FromResult(endless is { Received: > 4_000_000, Sent: > 4_000_000 }), cancellation: Cancellation);

        var (received, sent) = (endless.Received, endless.Sent);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        for (var creation = 0; creation < 10; creation++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shim.Address, "/api/v2/customers"))
            {
                Content = new StringContent(Stand.Body(await stand.NewCustomerAsync()), Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            Assert.Equal("converted", Assert.Single(answer.Headers.GetValues("X-ProxyShim-Outcome")));
        }

        await Eventually.IsTrueAsync("both go on", () => Task.FromResult(endless.Received > received && endless.Sent > sent), cancellation: Cancellation);
        await over.CancelAsync();
        await Task.WhenAny(Task.WhenAll(sending, receiving));
    }

    private static async Task<Socket> AskAsync(ShimProcess shim, string head)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, shim.Address.Port, Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes(head), Cancellation);
        return socket;
    }

    private static async Task SendAsync(Socket socket, CancellationToken over)
    {
        var piece = new byte[64 * 1024];
        while (await socket.SendAsync(piece, over) > 0)
        {
        }
    }

    private static async Task ReceiveAsync(Socket socket, CancellationToken over)
    {
        var piece = new byte[64 * 1024];
        while (await socket.ReceiveAsync(piece, over) > 0)
        {
        }
    }

    /// <summary>Takes every upload, and answers every other request with a body that has no end.</summary>
    private sealed class EndlessUpstream : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _over = new();
        private readonly Task _accepting;
        private long _received;
        private long _sent;

        public EndlessUpstream()
        {
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public string Address => $"http://{_listener.LocalEndpoint}/";

        public long Received => Interlocked.Read(ref _received);

        public long Sent => Interlocked.Read(ref _sent);

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            _listener.Dispose();
            await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _over.Dispose();
        }

        private async Task AcceptAsync()
        {
            var serving = new List<Task>();
            try
            {
                while (true)
                {
                    serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_over.Token)));
                }
            }
            finally
            {
                await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        private async Task ServeAsync(Socket socket)
        {
            using var _ = socket;
            var piece = new byte[64 * 1024];
            var length = await socket.ReceiveAsync(piece, _over.Token);
            if (piece.AsSpan(0, length).StartsWith("PUT "u8))
            {
                while ((length = await socket.ReceiveAsync(piece, _over.Token)) > 0)
                {
                    Interlocked.Add(ref _received, length);
                }
            }

            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"u8.ToArray(), _over.Token);
            while (true)
            {
                Interlocked.Add(ref _sent, await socket.SendAsync(piece, _over.Token));
            }
        }
    }
}
