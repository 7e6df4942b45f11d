using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>What a contender costs as a sidecar (issue 5): its start, its memory, and the processor it uses while nobody calls.</summary>
/// <param name="FirstConversion">Milliseconds from process start to the first conversion answered, on one core.</param>
/// <param name="ResidentAfterFirst">MiB, when the first conversion is answered.</param>
/// <param name="ResidentUnderLoad">MiB, under full load.</param>
/// <param name="IdleCore">Percent of a core, with the background work running and nobody calling.</param>
/// <param name="BinarySize">MiB of what is deployed; null where that is a package of the distribution.</param>
internal sealed record Footprint(Contender Contender, Spread FirstConversion, Spread ResidentAfterFirst, double ResidentUnderLoad, double IdleCore, double? BinarySize)
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(20);

    public static async Task<Footprint> MeasureAsync(Rig rig, LoadOptions options, Contender contender, CancellationToken cancellationToken)
    {
        var starts = new List<(double Milliseconds, double Resident)>();
        for (var start = 0; start < options.Rounds; start++)
        {
            await using var fresh = await rig.StartRedisAsync(cancellationToken);
            await using var started = await RunningContender.StartAsync(contender, rig.NextSite(), Workload.Conversion, cancellationToken);
            starts.Add((started.ToFirstAnswer.TotalMilliseconds, ProcessUsage.Memory(started.Id).Resident));
        }

        await using var redis = await rig.StartRedisAsync(cancellationToken);
        await using var running = await RunningContender.StartAsync(contender, rig.NextSite(), Workload.Conversion, cancellationToken);
        var idle = options.Short ? options.Duration : s_idle;
        // What a start leaves to do is not idling.
        await Task.Delay(idle / 4, TimeProvider.System, cancellationToken);
        var before = ProcessUsage.Of(running.Id);
        await Task.Delay(idle, TimeProvider.System, cancellationToken);
        var used = ProcessUsage.Of(running.Id) - before;

        var load = ClosedLoop.RunAsync(rig.Site, Workload.Conversion, Rig.FirstKey, options.Connections, options.Duration, cancellationToken);
        await Task.Delay(options.Duration * 0.8, TimeProvider.System, cancellationToken);
        var (resident, _) = ProcessUsage.Memory(running.Id);
        await load;
        return new Footprint(
            contender,
            Spread.Of(starts.Select(start => start.Milliseconds)),
            Spread.Of(starts.Select(start => start.Resident)),
            resident,
            used.Total / idle * 100,
            contender.Binary is { } binary ? Size(binary) : null);
    }

    // A native binary is deployed alone; the JIT needs what lies beside it, and the shared runtime, which is not counted.
    private static double Size(string binary)
    {
        var files = Path.GetExtension(binary) == ".dll" ? Directory.GetFiles(Path.GetDirectoryName(binary)!, "*", SearchOption.AllDirectories) : [binary];
        return files.Where(file => Path.GetExtension(file) is not (".pdb" or ".dbg")).Sum(file => new FileInfo(file).Length) / 1024.0 / 1024;
    }
}
