using System.Globalization;
using System.Net;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Importing;

/// <summary><c>-- import</c>: files of clicks through the published binary, beside <c>redis-cli --pipe</c> with ready-made commands, in the same run.</summary>
/// <remarks>Nobody is pinned: Redis, the shim and whoever sends share the machine, in either case.</remarks>
internal sealed class ImportSpeed(ImportOptions options)
{
    private const string Token = "a token of the benchmark";

    private static readonly string s_cores = Environment.ProcessorCount == 1 ? "0" : $"0-{Environment.ProcessorCount - 1}";

    /// <returns>The exit code: 0, or 1 when something was not written.</returns>
    /// <exception cref="FormatException">A program is missing.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Prerequisites.Check("apt-get install redis-server redis-tools util-linux", "redis-server", "redis-cli", "taskset");
        var folder = Directory.CreateTempSubdirectory("proxyshim-import-").FullName;
        try
        {
            return await RunAsync(folder, options.Shim ?? new Binaries().Native(Binaries.Shim), cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> RunAsync(string folder, string shim, CancellationToken cancellationToken)
    {
        var files = new ClickFiles(folder);
        files.Write(options.Rows, TimeProvider.System.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds());
        var (ports, rates) = (Ports.Take(3), new Dictionary<string, List<double>>(StringComparer.Ordinal) { ["redis-cli --pipe"] = [], ["NDJSON"] = [], ["CSV"] = [], ["NDJSON again"] = [] });
        var settings = Settings(ports);
        await using var redis = await RedisServer.StartAsync(ports[0], Path.Combine(folder, "redis"), appendOnly: false, cancellationToken);
        await using var running = ChildProcess.Start(Launch.Of(shim) with { Environment = settings }, s_cores, Path.Combine(folder, "shim.out"));
        await Until.TrueAsync("the shim", () => IsReadyAsync(ports[2], cancellationToken), running.Complaints, cancellationToken);
        var isWhole = true;
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var (name, launch, isFresh) in new[]
            {
                ("redis-cli --pipe", Launch.Of("sh", "-c", $"redis-cli -p {ports[0].ToString(CultureInfo.InvariantCulture)} --pipe < {files.Commands}"), true),
                ("CSV", Launch.Of(shim, "clicks", "import", files.Table) with { Environment = settings }, true),
                ("NDJSON", Launch.Of(shim, "clicks", "import", files.Objects) with { Environment = settings }, true),
                ("NDJSON again", Launch.Of(shim, "clicks", "import", files.Objects) with { Environment = settings }, false),
            })
            {
                if (isFresh)
                {
                    await redis.Database.ExecuteAsync("FLUSHALL");
                }

                var started = TimeProvider.System.GetTimestamp();
                await ChildProcess.RunAsync(launch, s_cores, Path.Combine(folder, "out"), cancellationToken);
                rates[name].Add(options.Rows / TimeProvider.System.GetElapsedTime(started).TotalSeconds);
                isWhole &= (long)await redis.Database.ExecuteAsync("EVAL", "return #redis.call('KEYS', 'click:acct_*')", 0) == options.Rows;
            }
        }

        var peak = PeakOf(running.Id);
        Console.Write(new Markdown()
            .Heading(2, "Import of clicks")
            .Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Rows:N0} rows with partner, subID and time, into an empty Redis; medians of {options.Rounds} rounds (lowest–highest); the ratio is formed within each round. `redis-cli --pipe` sends the same clicks as ready-made `SET … PX`. The serving shim held {peak:F0} MiB at most."))
            .Table(
                ["way", "rows/s", "ratio"],
                rates.Select(way => (IReadOnlyList<string>)
                    [way.Key, Spread.Of(way.Value).ToString("F0"), Spread.Of(way.Value.Zip(rates["redis-cli --pipe"], (mine, theirs) => mine / theirs)).ToString("F2")])));
        if (!isWhole)
        {
            Console.WriteLine("Not all rows were there: the figures do not count.");
        }

        return isWhole ? 0 : 1;
    }

    private static Dictionary<string, string> Settings(int[] ports) => new()
    {
        ["Urls"] = Loopback(ports[1]),
        ["Management__Url"] = Loopback(ports[2]),
        ["Management__Token"] = Token,
        ["CustomerApi__PublicKey"] = Account.PublicKey,
        ["CustomerApi__SecretKey"] = Account.SecretKey,
        ["ConversionApi__Token"] = Account.Token,
        ["Redis__ConnectionString"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ports[0]}"),
    };

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private static async Task<bool> IsReadyAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        try
        {
            using var answer = await client.GetAsync(new Uri($"{Loopback(port)}/healthz/ready"), cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    // MiB resident at most.
    private static double PeakOf(int process)
    {
        const string label = "VmHWM:";
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")).First(line => line.StartsWith(label, StringComparison.Ordinal));
        return double.Parse(line[label.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
    }
}
