using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>What creations wait for when others move as many bytes as they can through the same shim: uploads and downloads without end beside a steady rate.</summary>
internal sealed class BulkSection(LoadOptions options, Catalogue catalogue, Markdown page)
{
    /// <summary>Conversions per second.</summary>
    private const double DefaultRate = 200;

    private const int Connections = 32;
    private static readonly TimeSpan s_warmup = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(8);
    private static readonly int[] s_transfers = [0, 1, 2, 4, 8];

    private double Rate => Math.Min(options.Rate ?? DefaultRate, DefaultRate);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var rig = await Rig.StartAsync(options, options.Clicks, TimeSpan.Zero, cancellationToken);
        var rows = new List<IReadOnlyList<string>>();
        var alone = 0.0;
        foreach (var transfers in s_transfers)
        {
            var (latencies, converted, moved) = await MeasureAsync(rig, catalogue.NativeShim(), transfers, cancellationToken);
            var p99 = latencies.Within(0.99);
            alone = transfers == 0 ? p99 : alone;
            rows.Add([Number(transfers, "F0"), Number(latencies.Within(0.5)), Number(p99), Number(latencies.Within(0.999)), Number(p99 / alone, "F1") + "×",
                Number(latencies.Requests - converted - latencies.Failures, "F0"), Number(latencies.Failures, "F0"), Number(moved / s_duration.TotalSeconds / 1e6, "F0")]);
        }

        page.Heading(2, "Bulk beside creations")
            .Paragraph(string.Create(CultureInfo.InvariantCulture, $"{Rate:F0} creations/s for {s_duration.TotalSeconds:F0} s beside so many uploads, and so many downloads, without end. ms; MB/s of both ways together."))
            .Table(["transfers each way", "p50", "p99", "p99.9", "p99 beside none", "fell back", "failures", "MB/s"], rows);
    }

    private async Task<(Latencies Latencies, long Converted, long Moved)> MeasureAsync(Rig rig, Contender contender, int transfers, CancellationToken cancellationToken)
    {
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        using var bulk = new Bulk();
        await using var running = await RunningContender.StartAsync(
            contender, rig.NextSite() with { CustomerPort = bulk.Port }, Workload.Conversion, cancellationToken);
        var warm = await RunAsync(rig, Rig.FirstKey, s_warmup);
        bulk.Start(rig.Site, transfers);
        var (before, moved) = (await rig.Conversions.SeenAsync(), bulk.Moved);
        var latencies = await RunAsync(rig, Rig.FirstKey + warm.Requests, s_duration);
        var (after, end) = (await rig.Conversions.SeenAsync(), bulk.Moved);

        // Before the contender ends, which would look like a failure of the transfers.
        bulk.Dispose();

        // The question itself is one of the requests.
        return (latencies, after.Requests - before.Requests - 1, end - moved);
    }

    private Task<Latencies> RunAsync(Rig rig, int firstKey, TimeSpan duration) =>
        OpenLoop.RunAsync(rig.Site, Workload.Conversion.Template, firstKey, Connections, Rate, duration);

    private static string Number(double value, string format = "F2") => value.ToString(format, CultureInfo.InvariantCulture);
}
