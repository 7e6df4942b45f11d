using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>An outage of the Conversion API leaves jobs behind: what they cost while they wait, and what happens when all are due at once.</summary>
internal sealed class Backlog(Rig rig, LoadOptions options, Catalogue catalogue, Markdown page)
{
    private static readonly TimeSpan s_slice = TimeSpan.FromSeconds(3);

    /// <summary>A drain that takes longer than this is reported as it stands.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(10);

    private int Jobs => Math.Min(100_000, options.Clicks / 2);

    public async Task RunAsync(double rate, CancellationToken cancellationToken)
    {
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        var ledger = new Ledger(redis);
        // One attempt while the caller waits, the next an hour later: the jobs wait until they are told.
        var shim = catalogue.NativeShim(("ConversionApi__MaxAttempts", "1"), ("Delivery__Schedule__0", "01:00:00"));
        var site = rig.NextSite();
        await using var process = await RunningContender.StartAsync(shim, site, Workload.Conversion, cancellationToken);
        IReadOnlyList<Replica> replicas = [new Replica(process, site)];

        var warm = await Cost.MeasureAsync(rig, redis, replicas, Rig.FirstKey, rate, s_slice);
        var without = await Cost.MeasureAsync(rig, redis, replicas, warm.NextKey, rate, s_slice * 2);
        await rig.BeginOutageAsync();
        var next = await FillAsync(ledger, without.NextKey, cancellationToken);
        await rig.EndOutageAsync(cancellationToken);
        next = await UntilConvertingAsync(site, next, cancellationToken);
        var waiting = await ledger.DueAsync();
        var with = await Cost.MeasureAsync(rig, redis, replicas, next, rate, s_slice * 2);

        page.Heading(3, "Jobs that wait").Table(
            ["due jobs", "shim CPU-µs", "Redis CPU-µs", "p50 ms", "p99 ms", "failures"],
            [ScaleSection.Row("0", [without]), ScaleSection.Row(waiting.ToString("N0", CultureInfo.InvariantCulture), [with])]);
        await DrainAsync(redis, ledger, replicas, with.NextKey, waiting, rate / 2, cancellationToken);
    }

    private async Task<int> FillAsync(Ledger ledger, int firstKey, CancellationToken cancellationToken)
    {
        while (await ledger.DueAsync() < Jobs)
        {
            firstKey = (await ClosedLoop.RunAsync(rig.Site, Workload.Conversion, firstKey, options.Connections, s_slice, cancellationToken)).NextKey;
        }

        return firstKey;
    }

    // The shim leaves an API that was down alone for a while.
    private async Task<int> UntilConvertingAsync(Site site, int key, CancellationToken cancellationToken)
    {
        await Until.TrueAsync(
            "the shim converts again",
            async () =>
            {
                var before = await rig.Conversions.SeenAsync();
                await OpenLoop.RunAsync(site, Workload.Conversion.Template, key, 1, 10, TimeSpan.FromSeconds(0.5));
                key += 5;
                return (await rig.Conversions.SeenAsync()).Requests - before.Requests - 1 >= 5;
            },
            () => "",
            cancellationToken);
        return key;
    }

    private async Task DrainAsync(RedisServer redis, Ledger ledger, IReadOnlyList<Replica> replicas, int key, long jobs, double rate, CancellationToken cancellationToken)
    {
        var before = await rig.Conversions.SeenAsync();
        var started = TimeProvider.System.GetTimestamp();
        var slices = new List<Cost>();
        var resident = 0.0;
        await ledger.MakeDueAsync();
        long left;
        do
        {
            slices.Add(await Cost.MeasureAsync(rig, redis, replicas, key, rate, s_slice));
            key = slices[^1].NextKey;
            resident = Math.Max(resident, ProcessUsage.Memory(replicas[0].Process.Id).Resident);
            left = await ledger.DueAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (left > 0 && TimeProvider.System.GetElapsedTime(started) < s_timeout && key + (rate * s_slice.TotalSeconds) < options.Clicks);

        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var live = Latencies.Of([.. slices.Select(slice => slice.Latencies)]);
        var sent = (await rig.Conversions.SeenAsync()).Requests - before.Requests - 1 - (2 * slices.Count) - live.Requests;
        page.Heading(3, "Drain after an outage").Table(
            ["jobs", "left", "sent", "seconds", "jobs/s", "live conversions/s meanwhile", "their p50 ms", "their p99 ms", "their failures", "RSS MiB at most"],
            [[
                Text(jobs, "N0"), Text(left, "N0"), Text(sent, "N0"), Text(elapsed.TotalSeconds, "F1"), Text((jobs - left) / elapsed.TotalSeconds, "F0"), Text(rate, "F0"),
                Text(live.Within(0.5), "F2"), Text(live.Within(0.99), "F2"), Text(live.Failures, "N0"), Text(resident, "F0"),
            ]]);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
