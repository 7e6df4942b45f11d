using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Limits;

/// <summary>Whatever is opened and left, in as little memory as the manifests give: the shim lives, serves who was there before, and is as good as new afterwards.</summary>
[RedisSuite]
public sealed class FloodTests(TestRedis redis)
{
    private const int Mebibyte = 1024 * 1024;

    private static readonly TimeSpan s_flood = TimeSpan.FromSeconds(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What each connection of the flood says, and how much of a body follows.</summary>
    public static TheoryData<int, string, int, string, int> Floods => new()
    {
        { 64, "idle", 4000, "", 0 },
        { 64, "stalled uploads", 200, "POST /api/v2/files HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n", 2 * Mebibyte },
        { 64, "creations held back", 400, $"POST /api/v2/customers HTTP/1.1\r\nHost: x\r\nAuthorization: {Vendor}\r\nContent-Length: 262000\r\n\r\n", 261_000 },
        { 64, "heads without end", 400, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: ", 60_000 },
        { 128, "idle", 10_000, "", 0 },
        { 128, "stalled uploads", 400, "POST /api/v2/files HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n", 2 * Mebibyte },
    };

    private static string Vendor => Stand.Basic(Stand.PublicKey, Stand.SecretKey).ToString();

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task A_flood_costs_answers_but_never_the_process(int mebibytes, string what, int connections, string head, int body)
    {
        var binary = await PublishedShim.LocateAsync();
        Require.That(binary.IsNative, "the memory of the native binary is asked for", Linker.Remedy);
        using var memory = MemoryGroup.Create((long)mebibytes * Mebibyte);
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        using var folder = new TemporaryFolder();
        await using var deaf = new DeafUpstream();
        await using var shim = ShimProcess.Launch(
            await WrappedShim.WriteAsync(folder, $"{memory.Enter}\nexec \"$SHIM\"", Cancellation), stand.SettingsWith(("CustomerApi:Address", deaf.Address.OriginalString)));
        await shim.WaitUntilReadyAsync(Cancellation);
        using var client = new HttpClient();
        await Eventually.IsTrueAsync("it converts", async () => await CreateAsync(stand, shim, client) == "200 converted", cancellation: Cancellation);

        var flood = new List<Socket>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        over.CancelAfter(s_flood);
        var answers = new List<string>();
        var opening = OpenAsync(shim.Address, connections, head, body, flood, over.Token);
        do
        {
            answers.Add(await CreateAsync(stand, shim, client));
        }
        while (!over.IsCancellationRequested);
        await opening;

        // Who was there before is served, or told to come again.
        Assert.All(answers, answer => Assert.True(answer is "200 converted" or "503 unavailable", $"{what}: {answer}\n{shim.Describe()}"));
        Assert.Null(shim.ExitCode);
        flood.ForEach(socket => socket.Dispose());

        using var fresh = new HttpClient();
        await Eventually.IsTrueAsync($"{what}: it converts again", async () => await CreateAsync(stand, shim, fresh) == "200 converted", cancellation: Cancellation);
        using var live = await fresh.GetAsync(new Uri(shim.Management, "/healthz/live"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(0, await shim.StopAsync(Cancellation));
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "They are closed with the flood.")]
    private static async Task OpenAsync(Uri shim, int connections, string head, int body, List<Socket> flood, CancellationToken over)
    {
        var bytes = Encoding.ASCII.GetBytes(head).Concat(Enumerable.Repeat((byte)'a', body)).ToArray();
        var sending = new List<Task>();
        try
        {
            for (var number = 0; number < connections; number++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                flood.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, shim.Port, over);
                sending.Add(SendAsync(socket, bytes, over));
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // As many as there can be.
        }

        await Task.WhenAll(sending);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task SendAsync(Socket socket, byte[] bytes, CancellationToken over)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += await socket.SendAsync(bytes.AsMemory(sent), over);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Refused, or nobody reads it.
        }
    }

    private static async Task<string> CreateAsync(Stand stand, ShimProcess shim, HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shim.Address, "/api/v2/customers"))
        {
            Content = new StringContent(Stand.Body(await stand.NewCustomerAsync()), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);
        try
        {
            using var answer = await client.SendAsync(request, Cancellation);
            return $"{(int)answer.StatusCode} {(answer.Headers.TryGetValues("X-ProxyShim-Outcome", out var outcome) ? outcome.Single() : "")}";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    // It takes connections and never reads.
    private sealed class DeafUpstream : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public DeafUpstream() => _listener.Start(4096);

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

        public ValueTask DisposeAsync()
        {
            _listener.Dispose();
            return default;
        }
    }
}
