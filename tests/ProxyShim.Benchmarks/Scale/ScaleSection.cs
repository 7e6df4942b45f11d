using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>Whether a conversion costs the same with more clicks, with a backlog, and with more replicas; and what Redis holds for it.</summary>
internal sealed class ScaleSection(LoadOptions options, Catalogue catalogue, Markdown page)
{
    private const int FewClicks = 10_000;

    /// <summary>Requests per second: 2 s of warm-up and 6 s of measuring fit into the few clicks.</summary>
    private const double DefaultRate = 1000;

    private static readonly TimeSpan s_warmup = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(6);
    private static readonly int[] s_replicas = [1, 2, 4];
    private static readonly string[] s_costs = ["shim CPU-µs", "Redis CPU-µs", "p50 ms", "p99 ms", "failures"];

    private double Rate => Math.Min(options.Rate ?? DefaultRate, DefaultRate);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        page.Heading(2, "Scale").Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"Native shim, {Rate:F0} conversions/s in all, {s_duration.TotalSeconds:F0} s after {s_warmup.TotalSeconds:F0} s of warm-up, medians of {options.Rounds} rounds; processor time per conversion."));
        await using var rig = await Rig.StartAsync(options, options.Clicks, TimeSpan.Zero, cancellationToken);
        await ClicksAsync(rig, cancellationToken);
        await ReplicasAsync(rig, cancellationToken);
        await new Backlog(rig, options, catalogue, page).RunAsync(Rate, cancellationToken);
        await new RedisMemory(rig, options, catalogue, page).RunAsync(cancellationToken);
    }

    public static IReadOnlyList<string> Row(string name, IReadOnlyCollection<Cost> costs)
    {
        string Cell(Func<Cost, double> figure, string format) => Spread.Of(costs.Select(figure)).ToString(format);
        return
        [
            name, Cell(cost => cost.Microseconds, "F0"), Cell(cost => cost.RedisMicroseconds, "F0"), Cell(cost => cost.Latencies.Within(0.5), "F2"),
            Cell(cost => cost.Latencies.Within(0.99), "F2"), costs.Sum(cost => cost.Failures).ToString(CultureInfo.InvariantCulture),
        ];
    }

    private async Task ClicksAsync(Rig many, CancellationToken cancellationToken)
    {
        await using var few = await Rig.StartAsync(options, FewClicks, TimeSpan.Zero, cancellationToken);
        var cases = new (string Name, Rig Rig, List<Cost> Costs)[] { (Text(FewClicks), few, []), (Text(options.Clicks), many, []) };
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var (_, rig, costs) in cases)
            {
                costs.Add(await CostAsync(rig, 1, cancellationToken));
            }
        }

        page.Heading(3, "Clicks in Redis").Table(["clicks", .. s_costs], cases.Select(one => Row(one.Name, one.Costs)));
    }

    private async Task ReplicasAsync(Rig rig, CancellationToken cancellationToken)
    {
        var cases = s_replicas.Select(count => (Count: count, Costs: new List<Cost>())).ToArray();
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var (count, costs) in cases)
            {
                costs.Add(await CostAsync(rig, count, cancellationToken));
            }
        }

        page.Heading(3, "Replicas on one Redis")
            .Paragraph("All replicas share the contender's core, so this shows what more of them cost, not how much more they carry.")
            .Table(["replicas", .. s_costs], cases.Select(one => Row(Text(one.Count), one.Costs)));
    }

    private async Task<Cost> CostAsync(Rig rig, int count, CancellationToken cancellationToken)
    {
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        var ports = Ports.Take(2 * count);
        var shim = catalogue.NativeShim();
        var replicas = new List<Replica>();
        try
        {
            for (var index = 0; index < count; index++)
            {
                var site = rig.NextSite() with { Port = ports[2 * index], ManagementPort = ports[(2 * index) + 1] };
                replicas.Add(new Replica(await RunningContender.StartAsync(shim, site, Workload.Conversion, cancellationToken), site));
            }

            var warm = await Cost.MeasureAsync(rig, redis, replicas, Rig.FirstKey, Rate, s_warmup);
            return await Cost.MeasureAsync(rig, redis, replicas, warm.NextKey, Rate, s_duration);
        }
        finally
        {
            foreach (var replica in replicas)
            {
                await replica.Process.DisposeAsync();
            }
        }
    }

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
