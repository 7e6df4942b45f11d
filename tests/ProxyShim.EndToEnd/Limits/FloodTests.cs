using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Limits;

/// <summary>Whatever is opened and left, in as little memory as the manifests give: the shim lives, serves who was there before, and is as good as new afterwards.</summary>
/// <remarks><c>PROXYSHIM_FLOOD=60</c> makes each flood that of the hardening trials last so many seconds, and writes a table (<c>artifacts/floods.md</c>).</remarks>
[RedisSuite]
public sealed class FloodTests(TestRedis redis)
{
    private const int Mebibyte = 1024 * 1024;
    private const string NotConnected = "not connected";

    private static readonly TimeSpan? s_asked =
        int.TryParse(Environment.GetEnvironmentVariable("PROXYSHIM_FLOOD"), CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private static readonly TimeSpan s_flood = s_asked ?? TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_alone = s_asked is null ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Floods => [.. Flood.All.Where(flood => flood.IsShort || s_asked is not null).Select(flood => flood.ToString())];

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task A_flood_costs_answers_but_never_the_process(string name)
    {
        var flood = Flood.All.Single(flood => flood.ToString() == name);
        var binary = await PublishedShim.LocateAsync();
        Require.That(binary.IsNative, "the memory of the native binary is asked for", Linker.Remedy);
        using var memory = MemoryGroup.Create((long)flood.Mebibytes * Mebibyte);
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        using var folder = new TemporaryFolder();
        await using var deaf = new DeafUpstream();
        await using var shim = ShimProcess.Launch(
            await WrappedShim.WriteAsync(folder, $"{memory.Enter}\nexec \"$SHIM\"", Cancellation), stand.SettingsWith(("CustomerApi:Address", deaf.Address.OriginalString)));
        await shim.WaitUntilReadyAsync(Cancellation);
        using var client = new HttpClient();
        var caller = new Caller(stand, shim, client);
        await Eventually.IsTrueAsync("it converts", async () => (await caller.CreateAsync()).Answer == "200 converted", cancellation: Cancellation);

        var sockets = new ConcurrentBag<Socket>();
        var alone = await caller.CreateForAsync(s_alone);
        var before = Resident(shim);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        over.CancelAfter(s_flood);
        var opening = flood.OpenAsync(shim.Address, caller.Last, sockets, over.Token);
        var watching = MostResidentAsync(shim, over.Token);
        var beside = await caller.CreateForAsync(s_flood);
        await Task.WhenAll(opening, watching);

        // Who was there before is served, or told to come again. Where that was long ago, the floods have all places, and a caller who has lost its own finds none.
        Assert.All(beside, one => Assert.True(
            one.Answer is "200 converted" or "503 unavailable" || (s_asked is not null && one.Answer == NotConnected), $"{name}: {one.Answer}\n{shim.Describe()}"));
        Assert.Null(shim.ExitCode);
        Assert.InRange(await watching, 0, flood.Mebibytes);
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        using var fresh = new HttpClient();
        var other = new Caller(stand, shim, fresh);
        await Eventually.IsTrueAsync($"{name}: it converts again", async () => (await other.CreateAsync()).Answer == "200 converted", cancellation: Cancellation);
        using var live = await fresh.GetAsync(new Uri(shim.Management, "/healthz/live"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        if (s_asked is not null)
        {
            // What it gives back, it gives back with the next collections, which the calls of everyday life bring.
            await other.CreateForAsync(s_alone);
            FloodReport.Add(
                new(flood, [.. alone.Select(one => one.Milliseconds)], [.. beside.Select(one => one.Milliseconds)], beside.Count(one => one.Answer == "200 converted"),
                    beside.Count(one => one.Answer == "503 unavailable"), beside.Count(one => one.Answer == NotConnected), (before, await watching, Resident(shim))),
                s_flood);
        }

        Assert.Equal(0, await shim.StopAsync(Cancellation));
    }

    // Its own: pages of the file that it was started from belong to the machine.
    private static double Resident(ShimProcess shim) => double.Parse(
        File.ReadLines($"/proc/{shim.Pid}/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    private static async Task<double> MostResidentAsync(ShimProcess shim, CancellationToken over)
    {
        var most = 0.0;
        while (!over.IsCancellationRequested && shim.ExitCode is null)
        {
            most = Math.Max(most, Resident(shim));
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return most;
    }

    /// <summary>Creates one customer after the other.</summary>
    private sealed class Caller(Stand stand, ShimProcess shim, HttpClient client)
    {
        /// <summary>The last customer that was converted.</summary>
        public string Last { get; private set; } = "";

        public async Task<IReadOnlyList<(string Answer, double Milliseconds)>> CreateForAsync(TimeSpan duration)
        {
            var answers = new List<(string, double)>();
            var start = TimeProvider.System.GetTimestamp();
            do
            {
                answers.Add(await CreateAsync());
            }
            while (TimeProvider.System.GetElapsedTime(start) < duration);
            return answers;
        }

        public async Task<(string Answer, double Milliseconds)> CreateAsync()
        {
            var key = await stand.NewCustomerAsync();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shim.Address, "/api/v2/customers"))
            {
                Content = new StringContent(Stand.Body(key), Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);
            var start = TimeProvider.System.GetTimestamp();
            try
            {
                using var answer = await client.SendAsync(request, Cancellation);
                Last = answer.IsSuccessStatusCode ? key : Last;
                var outcome = answer.Headers.TryGetValues("X-ProxyShim-Outcome", out var values) ? values.Single() : "";
                return ($"{(int)answer.StatusCode} {outcome}", TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            }
            catch (HttpRequestException)
            {
                return (NotConnected, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            }
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
