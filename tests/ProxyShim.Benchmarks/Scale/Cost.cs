using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>What conversions cost at a fixed rate, shared evenly among the replicas.</summary>
/// <param name="Microseconds">Processor time of all replicas together per conversion.</param>
/// <param name="RedisMicroseconds">Redis's processor time per conversion.</param>
/// <param name="Failures">Requests that failed or did not arrive at the Conversion API.</param>
/// <param name="NextKey">The first customer that no request has named.</param>
internal sealed record Cost(double Microseconds, double RedisMicroseconds, Latencies Latencies, long Failures, int NextKey)
{
    private const int Connections = 64;

    public static async Task<Cost> MeasureAsync(Rig rig, RedisServer redis, IReadOnlyList<Replica> replicas, int firstKey, double rate, TimeSpan duration)
    {
        var share = rate / replicas.Count;
        var each = (int)(share * duration.TotalSeconds);
        TimeSpan Used() => replicas.Aggregate(TimeSpan.Zero, (sum, replica) => sum + ProcessUsage.Of(replica.Process.Id).Total);

        var (before, redisBefore, seenBefore) = (Used(), ProcessUsage.Of(redis.Id).Total, await rig.Conversions.SeenAsync());
        var parts = await Task.WhenAll(replicas.Select((replica, index) =>
            OpenLoop.RunAsync(replica.Site, Workload.Conversion.Template, firstKey + (index * each), Connections, share, duration)));
        var (used, redisUsed, seen) = (Used() - before, ProcessUsage.Of(redis.Id).Total - redisBefore, await rig.Conversions.SeenAsync());

        var all = Latencies.Of(parts);
        var arrived = seen.Requests - seenBefore.Requests - 1;
        return new Cost(
            used.TotalMicroseconds / all.Requests,
            redisUsed.TotalMicroseconds / all.Requests,
            all,
            all.Failures + Math.Max(0, all.Requests - arrived),
            firstKey + (replicas.Count * each));
    }
}
