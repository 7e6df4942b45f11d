using System.Globalization;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Measure;

namespace ProxyShim.Benchmarks.Report;

/// <summary>The figures as Markdown.</summary>
internal static class LoadReport
{
    private static readonly string[] s_columns =
    [
        "contender", "requests/s", "CPU-µs per request", "of that kernel", "Redis CPU-µs", "core used", "by others", "CPU-µs at the fixed rate",
        "p50 ms", "p99 ms", "p99.9 ms", "RSS MiB", "PSS MiB",
    ];

    private static readonly (string Name, Func<Measurement, double> Figure)[] s_compared =
    [
        ("requests/s", one => one.RequestsPerSecond),
        ("CPU-µs per request", one => one.Microseconds),
        ("CPU-µs at the fixed rate", one => one.MicrosecondsAtRate),
        ("p50", one => one.P50),
        ("p99", one => one.P99),
        ("p99.9", one => one.P999),
        ("RSS", one => one.Resident),
    ];

    public static void Rounds(Markdown page, Rounds rounds, LoadOptions options)
    {
        page.Heading(2, char.ToUpperInvariant(rounds.Workload.Name[0]) + rounds.Workload.Name[1..])
            .Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"Medians of {options.Rounds} interleaved rounds (lowest–highest), {options.Duration.TotalSeconds:F0} s each after {options.Warmup.TotalSeconds:F0} s of warm-up. Full load: {options.Connections} connections, closed loop; latency: open loop at {rounds.Rate:F0} requests/s."))
            .Table(s_columns, rounds.Measurements.Select(pair => Row(pair.Key, pair.Value)));
        if (rounds.Measurements.Count < 2)
        {
            return;
        }

        var first = rounds.Measurements.First();
        page.Paragraph($"Ratios to {first.Key.Name}, formed within each round:")
            .Table(
                ["contender", .. s_compared.Select(figure => figure.Name)],
                rounds.Measurements.Skip(1).Select(pair => (IReadOnlyList<string>)
                [
                    pair.Key.Name,
                    .. s_compared.Select(figure => Spread.Of(pair.Value.Zip(first.Value, (mine, theirs) => figure.Figure(mine) / figure.Figure(theirs))).ToString("F2")),
                ]));
    }

    public static void Footprints(Markdown page, IEnumerable<Footprint> footprints, LoadOptions options) =>
        page.Heading(2, "Footprint")
            .Paragraph(string.Create(CultureInfo.InvariantCulture, $"On one core; medians of {options.Rounds} starts (lowest–highest). The JIT's size is without the shared runtime."))
            .Table(
                ["contender", "start to first conversion, ms", "RSS after it, MiB", "RSS under load, MiB", "idle, % of a core", "binary, MiB"],
                footprints.Select(one => (IReadOnlyList<string>)
                [
                    one.Contender.Name, one.FirstConversion.ToString("F0"), one.ResidentAfterFirst.ToString("F0"),
                    Text(one.ResidentUnderLoad, "F0"), Text(one.IdleCore, "F2"), one.BinarySize is { } size ? Text(size, "F1") : "–",
                ]));

    public static void Bounds(Markdown page, IEnumerable<FootprintBound> bounds) =>
        page.Paragraph("What the shim's native build is held to:")
            .Table(
                ["figure", "at most", "measured", "within"],
                bounds.Select(one => (IReadOnlyList<string>)
                [
                    one.Figure, Text(one.AtMost, "0.##"), one.Measured is { } measured ? Text(measured, "0.##") : "not measured", one.IsWithin switch { null => "–", true => "yes", false => "NO" },
                ]));

    public static void Allocated(Markdown page, IEnumerable<Allocations> allocations, LoadOptions options) =>
        page.Heading(2, "Allocations")
            .Paragraph($"By the whole shim in steady state under full load. Bound: {options.MostBytes} bytes a conversion.")
            .Table(["request", "bytes"], allocations.Select(one => (IReadOnlyList<string>)[one.Workload.Name, Text(one.Bytes, "F0")]));

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static IReadOnlyList<string> Row(Contender contender, List<Measurement> all)
    {
        string Cell(Func<Measurement, double> figure, string format) => Spread.Of(all.Select(figure)).ToString(format);
        return
        [
            contender.Name, Cell(one => one.RequestsPerSecond, "F0"), Cell(one => one.Microseconds, "F1"), Cell(one => one.KernelMicroseconds, "F1"), Cell(one => one.RedisMicroseconds, "F1"),
            Cell(one => one.CoreUsed, "P0"), Cell(one => one.CoreLost, "P0"), Cell(one => one.MicrosecondsAtRate, "F1"),
            Cell(one => one.P50, "F2"), Cell(one => one.P99, "F2"), Cell(one => one.P999, "F2"), Cell(one => one.Resident, "F0"), Cell(one => one.Proportional, "F0"),
        ];
    }
}
