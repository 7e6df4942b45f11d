using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>All contenders of a workload in turn, several times, each round beginning with another one, so that drift of the machine hits all alike.</summary>
/// <param name="Rate">Requests per second of the open loop.</param>
internal sealed record Rounds(Workload Workload, double Rate, IReadOnlyDictionary<Contender, List<Measurement>> Measurements)
{
    public IEnumerable<string> Failures => Measurements.Values.SelectMany(all => all).SelectMany(one => one.Failures);

    public static async Task<Rounds> RunAsync(Rig rig, LoadOptions options, Workload workload, IReadOnlyList<Contender> contenders, CancellationToken cancellationToken)
    {
        var measuring = new Measuring(rig, options, workload);
        var rate = options.Rate ?? await RateAsync(measuring, contenders, cancellationToken);
        var measurements = contenders.ToDictionary(contender => contender, _ => new List<Measurement>());
        for (var round = 0; round < options.Rounds; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                var contender = contenders[(round + turn) % contenders.Count];
                var one = await measuring.MeasureAsync(contender, rate, cancellationToken);
                measurements[contender].Add(one);
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{workload.Name} {round + 1}/{options.Rounds} {contender.Name}: {one.RequestsPerSecond:F0}/s, {one.Microseconds:F1} µs, core {one.CoreUsed:P0}; at {rate:F0}/s {one.MicrosecondsAtRate:F1} µs, p50 {one.P50:F2} p99 {one.P99:F2} p99.9 {one.P999:F2} ms; {one.Resident:F0} MiB"));
            }
        }

        return new Rounds(workload, rate, measurements);
    }

    // Half the shim's own peak (issue 6); without a shim, half the peak of the slowest, so that all can follow.
    private static async Task<double> RateAsync(Measuring measuring, IReadOnlyList<Contender> contenders, CancellationToken cancellationToken)
    {
        var peaks = new List<double>();
        foreach (var contender in contenders.Where(one => one.IsShim).Take(1).DefaultIfEmpty().SelectMany(shim => shim is null ? contenders : [shim]))
        {
            peaks.Add(await measuring.PeakAsync(contender, cancellationToken));
        }

        return Math.Round(peaks.Min() / 2 / 100) * 100;
    }
}
