using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>What conversions wait for when back-ends report clicks to the same shim.</summary>
internal sealed class ClicksSection(LoadOptions options, Catalogue catalogue, Markdown page)
{
    /// <summary>Conversions per second.</summary>
    private const double DefaultRate = 500;

    private const int Connections = 32;
    private static readonly TimeSpan s_warmup = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(8);
    private static readonly double[] s_clicks = [0, 500, 2000];

    private double Rate => Math.Min(options.Rate ?? DefaultRate, DefaultRate);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var rig = await Rig.StartAsync(options, options.Clicks, TimeSpan.Zero, cancellationToken);
        var rows = new List<IReadOnlyList<string>>();
        var alone = 0.0;
        foreach (var clicks in s_clicks)
        {
            var (conversions, reported, converted, resident) = await MeasureAsync(rig, clicks, cancellationToken);
            var p99 = conversions.Within(0.99);
            alone = clicks == 0 ? p99 : alone;
            rows.Add([
                Number(clicks, "F0"), Number(conversions.Within(0.5)), Number(p99), Number(p99 / alone, "F1") + "×", Number(conversions.Requests - converted - conversions.Failures, "F0"),
                Number(conversions.Failures, "F0"), Number(reported?.Within(0.99) ?? 0), Number(reported?.Failures ?? 0, "F0"), Number(resident, "F0"),
            ]);
        }

        page.Heading(2, "Clicks beside conversions")
            .Paragraph(string.Create(CultureInfo.InvariantCulture, $"{Rate:F0} conversions/s for {s_duration.TotalSeconds:F0} s beside so many reported clicks a second. ms; RSS at the end, MiB."))
            .Table(["clicks/s", "conversions: p50", "p99", "p99 beside none", "fell back", "failures", "clicks: p99", "failures", "RSS"], rows);
    }

    private async Task<(Latencies Conversions, Latencies? Clicks, long Converted, double Resident)> MeasureAsync(Rig rig, double clicks, CancellationToken cancellationToken)
    {
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        var port = Ports.Take(1)[0];
        var shim = catalogue.NativeShim(("Capture__Url", Site.Local(port)), ("Capture__Token", Account.CaptureToken));
        await using var running = await RunningContender.StartAsync(shim, rig.NextSite(), Workload.Conversion, cancellationToken);

        // Clicks of customers who are not converted meanwhile, so that both are work of their own.
        var first = options.Clicks;
        async Task<(Latencies, Latencies?)> BothAsync(int firstKey, TimeSpan duration)
        {
            var reporting = clicks > 0 ? OpenLoop.RunAsync(rig.Site with { Port = port }, Workload.Click.Template, first, Connections, clicks, duration) : null;
            var conversions = await OpenLoop.RunAsync(rig.Site, Workload.Conversion.Template, firstKey, Connections, Rate, duration);
            first += (int)(clicks * duration.TotalSeconds);
            return (conversions, reporting is null ? null : await reporting);
        }

        var (warm, _) = await BothAsync(Rig.FirstKey, s_warmup);
        var before = await rig.Conversions.SeenAsync();
        var (latencies, reported) = await BothAsync(Rig.FirstKey + warm.Requests, s_duration);
        var after = await rig.Conversions.SeenAsync();

        // The question itself is one of the requests.
        return (latencies, reported, after.Requests - before.Requests - 1, ProcessUsage.Memory(running.Id).Resident);
    }

    private static string Number(double value, string format = "F2") => value.ToString(format, CultureInfo.InvariantCulture);
}
