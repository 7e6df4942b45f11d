using System.Globalization;
using System.Text.Json.Nodes;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;
using ProxyShim.Tests.Management.Reporting;

namespace ProxyShim.Benchmarks.Reporting;

/// <summary><c>-- report</c>: the published binary's <c>report</c> beside jq, which counts the same on the same file in the same run.</summary>
internal sealed class ReportSpeed(ReportOptions options)
{
    private static readonly (string Name, Func<LogReading, int, double> Figure, string Format)[] s_figures =
    [
        ("lines/s", (one, lines) => lines / one.Elapsed.TotalSeconds, "F0"),
        ("CPU-µs per line", (one, lines) => one.Processor.TotalMicroseconds / lines, "F2"),
        ("peak MiB", (one, _) => one.PeakMemory, "F0"),
    ];

    /// <returns>The exit code: 0, or 1 when the two did not count alike.</returns>
    /// <exception cref="FormatException">jq or taskset is missing.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Prerequisites.Check("apt-get install jq util-linux", "jq", "taskset");
        var folder = Directory.CreateTempSubdirectory("proxyshim-report-").FullName;
        try
        {
            return await RunAsync(folder, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var (log, reported, counted) = (Path.Combine(folder, "log"), Path.Combine(folder, "report.json"), Path.Combine(folder, "jq.json"));
        await using (var file = File.Create(log, 1 << 20))
        {
            new SyntheticLog(file, seed: 20260504).Write(options.Lines);
        }

        var shim = Launch.Of(options.Shim ?? new Binaries().Native(Binaries.Shim), "report", "--json", log);
        var jq = Launch.Of("jq", "-n", "-f", Script("count.jq"), log);
        List<LogReading> shims = [];
        List<LogReading> jqs = [];
        for (var round = 0; round < options.Rounds; round++)
        {
            var turns = new (List<LogReading> Readings, Launch Launch, string Output)[] { (shims, shim, reported), (jqs, jq, counted) };
            foreach (var (readings, launch, output) in round % 2 == 0 ? turns : turns.Reverse())
            {
                readings.Add(await LogReading.RunAsync(launch, output, cancellationToken));
            }
        }

        Print(new FileInfo(log).Length, shims, jqs);
        var reshaped = await ChildProcess.RunAsync(Launch.Of("jq", "-f", Script("reshape.jq"), reported), Cores.Others, Path.Combine(folder, "reshaped.json"), cancellationToken);
        if (JsonNode.DeepEquals(JsonNode.Parse(reshaped), JsonNode.Parse(jqs[^1].Output)))
        {
            return 0;
        }

        Console.WriteLine($"The two do not count alike: the figures do not count.\nreport: {reshaped}\njq: {jqs[^1].Output}");
        return 1;
    }

    private void Print(long bytes, List<LogReading> shims, List<LogReading> jqs)
    {
        IReadOnlyList<string> Row(string name, List<LogReading> readings) =>
            [name, .. s_figures.Select(figure => Spread.Of(readings.Select(one => figure.Figure(one, options.Lines))).ToString(figure.Format))];
        Console.Write(new Markdown()
            .Heading(1, "Report")
            .Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Lines:N0} lines, {bytes / 1024 / 1024:N0} MiB, on one core. Medians of {options.Rounds} rounds (lowest–highest). jq counts the same, without latencies; the ratio is formed within each round."))
            .Table(
                ["reader", .. s_figures.Select(figure => figure.Name)],
                [
                    Row("shim report (native)", shims),
                    Row("jq", jqs),
                    ["ratio", .. s_figures.Select(figure => Spread.Of(shims.Zip(jqs, (mine, theirs) => figure.Figure(mine, options.Lines) / figure.Figure(theirs, options.Lines))).ToString("F2"))],
                ]));
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Reporting", name);
}
