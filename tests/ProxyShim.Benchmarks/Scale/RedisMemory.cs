using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>What Redis holds: bytes per click, per conversion that is sent, and per conversion that is proved and keeps no body.</summary>
internal sealed class RedisMemory(Rig rig, LoadOptions options, Catalogue catalogue, Markdown page)
{
    /// <summary>Redis itself with an empty database; small beside what is measured.</summary>
    private const long Empty = 1024 * 1024;

    private static readonly TimeSpan s_load = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        var ledger = new Ledger(redis);
        var clicks = await UsedAsync(redis);

        long sent;
        int conversions;
        // Nothing is read back while it is loaded…
        await using (var shim = await RunningContender.StartAsync(catalogue.NativeShim(), rig.NextSite(), Workload.Conversion, cancellationToken))
        {
            await ClosedLoop.RunAsync(rig.Site, Workload.Conversion, Rig.FirstKey, options.Connections, s_load, cancellationToken);
            conversions = (int)await ledger.UnverifiedAsync();
            sent = await UsedAsync(redis);
        }

        // … and then everything at once: a waiting conversion's read-back time is a score, like a job's.
        await ledger.MakeReadableAsync();
        await using (var shim = await RunningContender.StartAsync(catalogue.NativeShim(), rig.NextSite(), Workload.Conversion, cancellationToken))
        {
            // The one that the start sends is fresh, and waits for its grace.
            await Until.TrueAsync("read back", async () => await ledger.UnverifiedAsync() <= 1, () => "the rest is not read back", cancellationToken);
        }

        var verified = await UsedAsync(redis);
        page.Heading(3, "Redis memory").Table(
            ["what", "count", "bytes each"],
            [
                ["click (JSON, some 250 bytes)", Text(options.Clicks), Text((clicks - Empty) / options.Clicks)],
                ["conversion, sent, with its body", Text(conversions), Text((sent - clicks) / conversions)],
                ["conversion, verified", Text(conversions), Text((verified - clicks) / conversions)],
            ]);
    }

    private static Task<long> UsedAsync(RedisServer redis) => redis.InfoAsync("memory", "used_memory");

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
