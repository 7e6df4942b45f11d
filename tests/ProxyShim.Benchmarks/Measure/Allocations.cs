using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>Bytes the shim allocates per request in steady state, whoever allocates them: listener, log, background work and all.</summary>
/// <param name="Bytes">Per request.</param>
internal sealed record Allocations(Workload Workload, double Bytes)
{
    /// <summary>A count, not a time, so a machine's noise does not move it.</summary>
    public bool IsWithin(int bound) => !Workload.Converts || Bytes <= bound;

    public static async Task<Allocations> MeasureAsync(Rig rig, LoadOptions options, Workload workload, CancellationToken cancellationToken)
    {
        var port = Ports.Take(1)[0];
        var program = Path.Combine(AppContext.BaseDirectory, "ProxyShim.Benchmarks.dll");
        var host = new Contender("shim, hosted here", site => new Launch("dotnet", [program, "host", port.ToString(CultureInfo.InvariantCulture)], Catalogue.ShimSettings(site, options)));
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        await using var running = await RunningContender.StartAsync(host, rig.NextSite(), workload, cancellationToken);
        var warm = await ClosedLoop.RunAsync(rig.Site, workload, Rig.FirstKey, options.Connections, options.Warmup, cancellationToken);
        var (before, seenBefore) = (await AllocationHost.AskAsync(port, cancellationToken), await rig.End(workload).SeenAsync());
        await ClosedLoop.RunAsync(rig.Site, workload, warm.NextKey, options.Connections, options.Duration, cancellationToken);
        var (after, seen) = (await AllocationHost.AskAsync(port, cancellationToken), await rig.End(workload).SeenAsync());
        return new Allocations(workload, (double)(after - before) / (seen.Requests - seenBefore.Requests - 1));
    }
}
