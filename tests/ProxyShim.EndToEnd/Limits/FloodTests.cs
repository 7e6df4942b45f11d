using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Limits;

/// <summary>Whatever is opened and left, in as little memory as the manifests give: the shim lives, serves whoever has a key pair, and gives the memory back afterwards.</summary>
/// <remarks>
/// <c>PROXYSHIM_FLOOD=60</c> makes each flood of the hardening trials last so many seconds, and writes a table (<c>artifacts/floods.md</c>); a row takes some 20 s more.
/// <c>PROXYSHIM_FLOODS='slow heads,4000 idle in 64 MiB'</c> makes only the rows in whose names one of these stands; all other rows of the table stay as they were.
/// </remarks>
[RedisSuite]
public sealed class FloodTests(TestRedis redis)
{
    private const int Mebibyte = 1024 * 1024;
    private const string Converted = "200 converted";
    private const string NotConnected = "not connected";

    // A newcomer whose connection was closed before it had said anything comes again, as its client library does; so often is far more than the crowd can hold.
    private const int Tries = 20;

    private static readonly TimeSpan? s_asked =
        int.TryParse(Environment.GetEnvironmentVariable("PROXYSHIM_FLOOD"), CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private static readonly TimeSpan s_flood = s_asked ?? TimeSpan.FromSeconds(3);

    // Some thousand creations, of which a 99th percentile can be told.
    private static readonly TimeSpan s_alone = s_asked is null ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(4);

    private static readonly TimeSpan s_warming = TimeSpan.FromSeconds(2);

    private static readonly string[] s_rows = Environment.GetEnvironmentVariable("PROXYSHIM_FLOODS")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];

    // While an upload stalls nobody reads whether its caller is still there; the Customer API's time, which goes on until the flood is over, is what ends it.
    private static readonly TimeSpan s_outlasted = s_flood + TimeSpan.FromSeconds(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Floods =>
    [
        .. Flood.All.Where(flood => flood.IsShort || s_asked is not null).Select(flood => flood.ToString())
            .Where(name => s_rows.Length == 0 || Array.Exists(s_rows, row => name.Contains(row, StringComparison.Ordinal))),
    ];

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task A_flood_costs_neither_the_process_nor_a_conversion_of_anybody_else(string name)
    {
        var flood = Flood.All.Single(flood => flood.ToString() == name);
        var binary = await PublishedShim.LocateAsync();
        Require.That(binary.IsNative, "the memory of the native binary is asked for", Linker.Remedy);
        using var memory = MemoryGroup.Create((long)flood.Mebibytes * Mebibyte);

        // A machine that is busy with a flood shall not look like an API that hangs. Where a flood has a key pair it is another's: of its own share no caller is promised any.
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("ConversionApi:AttemptTimeout", "20s"), ("ConversionApi:TotalTimeout", "20s"), ("CustomerApi:Callers:0:Name", "crm"),
            ("CustomerApi:Callers:0:PublicKey", Flood.PublicKey), ("CustomerApi:Callers:0:SecretKey", Flood.SecretKey));
        using var folder = new TemporaryFolder();
        await using var deaf = new DeafUpstream();
        await using var shim = ShimProcess.Launch(
            await WrappedShim.WriteAsync(folder, $"{memory.Enter}\nexec \"$SHIM\"", Cancellation), stand.SettingsWith(("CustomerApi:Address", deaf.Address.OriginalString), ("CustomerApi:Timeout", $"{s_outlasted:c}")));
        await shim.WaitUntilReadyAsync(Cancellation);
        using var client = new HttpClient();
        var caller = new Caller(stand, shim, client);
        using var once = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        using var passing = new HttpClient(once);
        var newcomer = new Caller(stand, shim, passing) { Tries = Tries };
        await Eventually.IsTrueAsync("it converts", async () => (await caller.CreateAsync()).Answer == Converted, cancellation: Cancellation);

        var sockets = new ConcurrentBag<Socket>();
        if (s_asked is not null)
        {
            // What this process compiles at its first calls is not of the time alone.
            await Task.WhenAll(caller.CreateForAsync(s_warming), newcomer.CreateForAsync(s_warming));
        }

        var calm = await Task.WhenAll(caller.CreateForAsync(s_alone), newcomer.CreateForAsync(s_alone));
        var before = Resident(shim);
        var againBefore = newcomer.Again;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        over.CancelAfter(s_flood);
        var opening = flood.OpenAsync(shim.Address, caller.Created[^1], sockets, over.Token);
        var watching = MostResidentAsync(shim, over.Token);
        var anew = newcomer.CreateForAsync(s_flood);
        var beside = await caller.CreateForAsync(s_flood);
        await Task.WhenAll(opening, watching, anew);

        // Whoever has a key pair is served: who was there before, and who comes anew. None was given to the Customer API, and none sent twice.
        Assert.True(beside.Concat(await anew).All(static one => one.Answer == Converted), Told(name, beside, await anew, shim));
        var sent = stand.Conversions.Select(static one => one.CustomerKey).ToList();
        Assert.Equal(sent.Count, sent.Distinct().Count());
        Assert.Empty(caller.Created.Concat(newcomer.Created).Except(sent));
        Assert.Null(shim.ExitCode);
        Assert.InRange(await watching, 0, flood.Mebibytes);
        var open = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
            .Count(one => one.LocalEndPoint.Port == shim.Address.Port && one.State == TcpState.Established);
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        using var fresh = new HttpClient();
        var other = new Caller(stand, shim, fresh);
        await Eventually.IsTrueAsync($"{name}: it converts again", async () => (await other.CreateAsync()).Answer == Converted, cancellation: Cancellation);
        using var live = await fresh.GetAsync(new Uri(shim.Management, "/healthz/live"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        FloodReport.Hold(
            new($"{flood}", flood.Connections, 0, HardeningTrial.Own5xx(shim), await HardeningTrial.HangsAsync(shim), before, await watching, flood.Mebibytes),
            isPart: s_rows.Length > 0);
        if (s_asked is null)
        {
            await IsGivenBackAsync(name, shim, before);
        }
        else
        {
            var again = newcomer.Again - againBefore;
            var after = await Task.WhenAll(caller.CreateForAsync(s_alone), newcomer.CreateForAsync(s_alone));
            await IsGivenBackAsync(name, shim, before);
            Assert.All(after.SelectMany(static answers => answers), static one => Assert.Equal(Converted, one.Answer));
            FloodReport.Add(
                new(flood, open, Waits(calm[0], beside, after[0]), Waits(calm[1], await anew, after[1]), again, (before, await watching, Resident(shim))), s_flood);
        }

        Assert.Equal(0, await shim.StopAsync(Cancellation));
    }

    private static Task IsGivenBackAsync(string name, ShimProcess shim, double before) => Eventually.IsTrueAsync(
        $"{name}: the memory is given back", () => Task.FromResult(Resident(shim) <= Flood.MostKept * before), cancellation: Cancellation);

    private static FloodWaits Waits(params IReadOnlyList<(string Answer, double Milliseconds)>[] phases) =>
        new([.. phases[0].Select(one => one.Milliseconds)], [.. phases[1].Select(one => one.Milliseconds)], [.. phases[2].Select(one => one.Milliseconds)]);

    private static string Told(
        string name, IReadOnlyList<(string Answer, double Milliseconds)> beside, IReadOnlyList<(string Answer, double Milliseconds)> anew, ShimProcess shim) =>
        $"{name}: {Count(beside)}; who comes anew: {Count(anew)}\n{shim.Describe()}";

    private static string Count(IReadOnlyList<(string Answer, double Milliseconds)> answers) =>
        string.Join(", ", answers.GroupBy(static one => one.Answer).Select(static group => $"{group.Count()} x {group.Key}"));

    // Its own: pages of the file that it was started from belong to the machine.
    private static double Resident(ShimProcess shim) => HardeningTrial.Memory(shim, "RssAnon");

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
        /// <summary>Customers whose creation was answered with 200.</summary>
        public List<string> Created { get; } = [];

        /// <summary>How often it tries where it finds no connection.</summary>
        public int Tries { get; init; } = 1;

        /// <summary>How often it had to try again.</summary>
        public int Again { get; private set; }

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
            var start = TimeProvider.System.GetTimestamp();
            for (var left = Tries; ; left--, Again++)
            {
                var answer = await CreateAsync(key);
                if (answer != NotConnected || left == 1)
                {
                    return (answer, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        }

        private async Task<string> CreateAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shim.Address, "/api/v2/customers"))
            {
                Content = new StringContent(Stand.Body(key), Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);
            try
            {
                using var answer = await client.SendAsync(request, Cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    Created.Add(key);
                }

                var outcome = answer.Headers.TryGetValues("X-ProxyShim-Outcome", out var values) ? values.Single() : "";
                return $"{(int)answer.StatusCode} {outcome}";
            }
            catch (HttpRequestException)
            {
                return NotConnected;
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
