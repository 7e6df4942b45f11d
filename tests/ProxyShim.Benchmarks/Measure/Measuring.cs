using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>Measures one contender once: starts it, warms it up, and loads it first fully, then at a fixed rate.</summary>
internal sealed class Measuring(Rig rig, LoadOptions options, Workload workload)
{
    /// <summary>More than any contender needs at half its peak; a stall may use them all, and is charged for it.</summary>
    private const int OpenConnections = 128;

    /// <summary>To the upstream in one measurement: as many as requests can be in flight, twice over.</summary>
    private const int MostConnections = 2 * OpenConnections;

    /// <summary>The open loop before it counts: its own code has to be compiled, and the contender's new connections opened.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);

    private readonly List<string> _failures = [];

    /// <summary>Requests per second at full load, after the warm-up.</summary>
    public async Task<double> PeakAsync(Contender contender, CancellationToken cancellationToken)
    {
        await using var redis = await RedisAsync(cancellationToken);
        await using var running = await RunningContender.StartAsync(contender, rig.NextSite(), workload, cancellationToken);
        var warm = await ClosedLoop.RunAsync(rig.Site, workload, Rig.FirstKey, options.Connections, options.Warmup, cancellationToken);
        return (await ClosedLoop.RunAsync(rig.Site, workload, warm.NextKey, options.Connections, options.Duration, cancellationToken)).Rate;
    }

    public async Task<Measurement> MeasureAsync(Contender contender, double rate, CancellationToken cancellationToken)
    {
        await using var redis = await RedisAsync(cancellationToken);
        var site = rig.NextSite();
        await using var running = await RunningContender.StartAsync(contender, site, workload, cancellationToken);
        var warm = await ClosedLoop.RunAsync(rig.Site, workload, Rig.FirstKey, options.Connections, options.Warmup, cancellationToken);

        var memory = MemoryUnderLoadAsync(running.Id, cancellationToken);
        var redisBefore = ProcessUsage.Of(redis.Id).Total;
        var full = await CountAsync(
            running.Id,
            () => ClosedLoop.RunAsync(rig.Site, workload, warm.NextKey, options.Connections, options.Duration, cancellationToken));
        var redisUsed = ProcessUsage.Of(redis.Id).Total - redisBefore;
        // wrk leaves requests behind: sent, counted upstream, and never read. One a connection, and a few when it stops between two reads.
        Expect("full load", full.Result.Requests, full.Arrived, options.Connections, full.Result.Failures, full.Opened);

        var settled = await OpenLoop.RunAsync(rig.Site, workload.Template, full.Result.NextKey, OpenConnections, rate, s_settle);
        var next = full.Result.NextKey + settled.Requests;
        var steady = await CountAsync(running.Id, () => OpenLoop.RunAsync(rig.Site, workload.Template, next, OpenConnections, rate, options.Duration));
        Expect("fixed rate", steady.Result.Requests, steady.Arrived, 0, steady.Result.Failures, steady.Opened);
        if (workload.Converts && next + steady.Result.Requests > options.Clicks)
        {
            _failures.Add($"ran out of clicks: more than {options.Clicks} customers; give --clicks, or a shorter --duration");
        }

        var requests = warm.Requests + full.Result.Requests + settled.Requests + steady.Result.Requests;
        if (await running.StopAsync(site) is var logged && contender.Logs && logged < requests)
        {
            _failures.Add($"{logged} requests in the log, but {requests} were answered");
        }

        var (resident, proportional) = await memory;
        return new Measurement
        {
            RequestsPerSecond = full.Result.Rate,
            Microseconds = full.Usage.Total.TotalMicroseconds / full.Arrived,
            KernelMicroseconds = full.Usage.System.TotalMicroseconds / full.Arrived,
            RedisMicroseconds = redisUsed.TotalMicroseconds / full.Arrived,
            CoreUsed = full.Usage.Total / full.Result.Elapsed,
            CoreLost = full.Disturbed / full.Result.Elapsed,
            MicrosecondsAtRate = steady.Usage.Total.TotalMicroseconds / steady.Arrived,
            P50 = steady.Result.Within(0.5),
            P99 = steady.Result.Within(0.99),
            P999 = steady.Result.Within(0.999),
            Maximum = steady.Result.Within(1),
            Resident = resident,
            Proportional = proportional,
            Failures = [.. _failures.Select(failure => $"{contender.Name}, {workload.Name}: {failure}")],
        };
    }

    private async Task<RedisServer> RedisAsync(CancellationToken cancellationToken)
    {
        _failures.Clear();
        return await rig.StartRedisAsync(cancellationToken);
    }

    private async Task<(T Result, ProcessUsage Usage, long Arrived, long Opened, TimeSpan Disturbed)> CountAsync<T>(int process, Func<Task<T>> load)
    {
        var seenBefore = await rig.End(workload).SeenAsync();
        var (coreBefore, before) = (CoreUsage.OfContenderCore(), ProcessUsage.Of(process));
        var result = await load();
        var usage = ProcessUsage.Of(process) - before;
        var disturbed = (CoreUsage.OfContenderCore() - coreBefore) - usage.Total;
        var seen = await rig.End(workload).SeenAsync();
        // The second question counts itself.
        return (result, usage, seen.Requests - seenBefore.Requests - 1, seen.Connections - seenBefore.Connections, disturbed);
    }

    private async Task<(double Resident, double Proportional)> MemoryUnderLoadAsync(int process, CancellationToken cancellationToken)
    {
        await Task.Delay(options.Duration * 0.8, TimeProvider.System, cancellationToken);
        return ProcessUsage.Memory(process);
    }

    private void Expect(string phase, long answered, long arrived, int inFlight, long failures, long opened)
    {
        if (failures > 0)
        {
            _failures.Add($"{failures} of {answered} requests failed at {phase}");
        }

        if (arrived < answered || arrived > answered + (2 * inFlight))
        {
            _failures.Add($"{answered} answers at {phase}, but {arrived} requests arrived at the API");
        }

        // A peer whose configuration does not keep connections would be easily beaten, and for the wrong reason.
        if (opened > MostConnections)
        {
            _failures.Add($"{opened} new connections to the API at {phase}: it does not keep them");
        }
    }
}
