using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>Whether a slow neighbour blocks those who do not need it: passthrough calls run beside conversions whose API, or whose Redis, is slow.</summary>
internal sealed class SlowSection(LoadOptions options, Catalogue catalogue, Markdown page)
{
    /// <summary>Conversions per second, and as many passthrough calls.</summary>
    private const double DefaultRate = 500;

    private const int Connections = 128;
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_warmup = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(6);

    private static readonly (string Name, TimeSpan Api, TimeSpan Redis)[] s_cases =
    [
        ("nothing is slow", TimeSpan.Zero, TimeSpan.Zero),
        ("the Conversion API takes 50 ms", s_delay, TimeSpan.Zero),
        ("Redis stands still for 50 of every 200 ms", TimeSpan.Zero, s_delay),
    ];

    private double Rate => Math.Min(options.Rate ?? DefaultRate, DefaultRate);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (name, api, redisPause) in s_cases)
        {
            await using var rig = await Rig.StartAsync(options, options.Clicks, api, cancellationToken);
            foreach (var contender in catalogue.Conversions())
            {
                var (conversions, others) = await MeasureAsync(rig, contender, redisPause, cancellationToken);
                rows.Add([name, contender.Name, .. Cells(conversions), .. Cells(others)]);
            }
        }

        page.Heading(2, "Slow neighbours")
            .Paragraph(string.Create(CultureInfo.InvariantCulture, $"{Rate:F0} conversions/s and {Rate:F0} passthrough calls/s at once, {s_duration.TotalSeconds:F0} s; ms."))
            .Table(["case", "contender", "conversions: p50", "p99", "p99.9", "failures", "passthrough: p50", "p99", "p99.9", "failures"], rows);
    }

    private async Task<(Latencies Conversions, Latencies Others)> MeasureAsync(Rig rig, Contender contender, TimeSpan redisPause, CancellationToken cancellationToken)
    {
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        await using var running = await RunningContender.StartAsync(contender, rig.NextSite(), Workload.Conversion, cancellationToken);
        var warm = await BothAsync(rig, Rig.FirstKey, s_warmup);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pausing = redisPause > TimeSpan.Zero ? PauseAsync(redis, redisPause, done.Token) : Task.CompletedTask;
        var both = await BothAsync(rig, Rig.FirstKey + warm.Conversions.Requests, s_duration);
        await done.CancelAsync();
        await pausing;
        return both;
    }

    private async Task<(Latencies Conversions, Latencies Others)> BothAsync(Rig rig, int firstKey, TimeSpan duration)
    {
        var conversions = OpenLoop.RunAsync(rig.Site, Workload.Conversion.Template, firstKey, Connections, Rate, duration);
        var others = OpenLoop.RunAsync(rig.Site, Workload.Passthrough.Template, 0, Connections, Rate, duration);
        return (await conversions, await others);
    }

    private static async Task PauseAsync(RedisServer redis, TimeSpan pause, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await redis.Database.ExecuteAsync("CLIENT", "PAUSE", (long)pause.TotalMilliseconds, "ALL");
            await Task.Delay(pause * 4, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IEnumerable<string> Cells(Latencies latencies)
    {
        string Text(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
        return [Text(latencies.Within(0.5)), Text(latencies.Within(0.99)), Text(latencies.Within(0.999)), latencies.Failures.ToString(CultureInfo.InvariantCulture)];
    }
}
