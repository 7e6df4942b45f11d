using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>Calls that were kept until their customers appear: what conversions wait for while all of them are played.</summary>
internal sealed class KeptCallsSection(LoadOptions options, Catalogue catalogue, Markdown page)
{
    private const int CallsEach = 4;
    private const int Connections = 64;

    /// <summary>Requests per second while customers and calls are put there.</summary>
    private const double FillRate = 3000;

    /// <summary>Conversions per second meanwhile.</summary>
    private const double DefaultRate = 500;

    private static readonly TimeSpan s_slice = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(10);

    private double Rate => Math.Min(options.Rate ?? DefaultRate, DefaultRate);

    // 100,000 calls of a million clicks' customers, and as many of fewer as leaves live conversions theirs.
    private int Customers => Math.Min(25_000, options.Clicks / 4);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var rig = await Rig.StartAsync(options, options.Clicks, TimeSpan.Zero, cancellationToken);
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        var ledger = new Ledger(redis);
        var site = rig.NextSite();
        await using var process = await RunningContender.StartAsync(catalogue.NativeShim(("Verification__Grace", "01:00:00")), site, Workload.Conversion, cancellationToken);
        IReadOnlyList<Replica> replicas = [new Replica(process, site)];

        await FillAsync(site, Workload.Conversion);
        for (var call = 0; call < CallsEach; call++)
        {
            await FillAsync(site, Workload.Action);
        }

        var kept = await ledger.KeptAsync();
        var without = await Cost.MeasureAsync(rig, redis, replicas, Rig.FirstKey + Customers, Rate, s_slice * 2);
        var before = await rig.Customers.SeenAsync();
        var started = TimeProvider.System.GetTimestamp();
        var (slices, resident, key) = (new List<Cost>(), 0.0, without.NextKey);
        await ledger.MakeReadableAsync();
        do
        {
            slices.Add(await Cost.MeasureAsync(rig, redis, replicas, key, Rate, s_slice));
            key = slices[^1].NextKey;
            resident = Math.Max(resident, ProcessUsage.Memory(process.Id).Resident);
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (await ledger.KeptAsync() > 0 && TimeProvider.System.GetElapsedTime(started) < s_timeout && key + (Rate * s_slice.TotalSeconds) < options.Clicks);

        var (elapsed, left) = (TimeProvider.System.GetElapsedTime(started), await ledger.KeptAsync());
        var live = Latencies.Of([.. slices.Select(slice => slice.Latencies)]);
        var seen = (await rig.Customers.SeenAsync()).Requests - before.Requests - 1;
        page.Heading(2, "Kept calls")
            .Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"{CallsEach} calls each were kept for {kept:N0} customers, who all appear at once; {Rate:F0} conversions/s meanwhile. The Customer API sees a read-back of each customer, and each call once."))
            .Table(
                ["customers", "calls", "left", "seen by the Customer API", "seconds", "conversions: p99 while they wait, ms", "p99 while they are played", "ratio", "failures", "RSS MiB at most"],
                [[
                    Text(kept), Text(kept * CallsEach), Text(left), Text(seen), Text(elapsed.TotalSeconds, "F1"), Text(without.Latencies.Within(0.99), "F2"), Text(live.Within(0.99), "F2"),
                    Text(live.Within(0.99) / without.Latencies.Within(0.99), "F1") + "×", Text(slices.Sum(slice => slice.Failures)), Text(resident),
                ]]);
    }

    private Task<Latencies> FillAsync(Site site, Workload workload) =>
        OpenLoop.RunAsync(site, workload.Template, Rig.FirstKey, Connections, FillRate, TimeSpan.FromSeconds(Customers / FillRate));

    private static string Text(double value, string format = "N0") => value.ToString(format, CultureInfo.InvariantCulture);
}
