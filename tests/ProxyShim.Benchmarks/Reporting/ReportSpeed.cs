using System.Globalization;
using System.Text.Json.Nodes;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;
using ProxyShim.Tests.Management.Reporting;

namespace ProxyShim.Benchmarks.Reporting;

/// <summary><c>-- report</c>: the published binary's <c>report</c>, the usual one, the shadow's and those by partner and subID, beside jq, which counts the same as the usual one on the same file.</summary>
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

        var shim = options.Shim ?? new Binaries().Native(Binaries.Shim);
        Reader[] readers =
        [
            new("shim report (native)", Launch.Of(shim, "report", "--json", log), reported),
            new("shim report --shadow", Launch.Of(shim, "report", "--json", "--shadow", log), Path.Combine(folder, "shadow.json")),
            new("shim report --by partner", Launch.Of(shim, "report", "--json", "--by", "partner", log), Path.Combine(folder, "partner.json")),
            new("shim report --by subid", Launch.Of(shim, "report", "--json", "--by", "subid", log), Path.Combine(folder, "subid.json")),
            .. options.Other is { } other ? [new Reader("the other binary's report", Launch.Of(other, "report", "--json", log), Path.Combine(folder, "other.json"))] : Array.Empty<Reader>(),
            new("jq", Launch.Of("jq", "-n", "-f", Script("count.jq"), log), counted),
        ];
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var reader in round % 2 == 0 ? readers : readers.Reverse())
            {
                reader.Readings.Add(await LogReading.RunAsync(reader.Launch, reader.Output, cancellationToken));
            }
        }

        Print(new FileInfo(log).Length, readers);
        var reshaped = await ChildProcess.RunAsync(Launch.Of("jq", "-f", Script("reshape.jq"), reported), Cores.Others, Path.Combine(folder, "reshaped.json"), cancellationToken);
        if (JsonNode.DeepEquals(JsonNode.Parse(reshaped), JsonNode.Parse(readers[^1].Readings[^1].Output)))
        {
            return 0;
        }

        Console.WriteLine($"The two do not count alike: the figures do not count.\nreport: {reshaped}\njq: {readers[^1].Readings[^1].Output}");
        return 1;
    }

    private void Print(long bytes, Reader[] readers)
    {
        var usual = readers[0].Readings;
        IReadOnlyList<string> Row(Reader reader) =>
            [reader.Name, .. s_figures.Select(figure => Spread.Of(reader.Readings.Select(one => figure.Figure(one, options.Lines))).ToString(figure.Format))];
        IReadOnlyList<string> Ratio(Reader reader) =>
        [
            $"shim report to {reader.Name}",
            .. s_figures.Select(figure =>
                Spread.Of(usual.Zip(reader.Readings, (mine, theirs) => figure.Figure(mine, options.Lines) / figure.Figure(theirs, options.Lines))).ToString("F2")),
        ];
        Console.Write(new Markdown()
            .Heading(1, "Report")
            .Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Lines:N0} lines, {bytes / 1024 / 1024:N0} MiB, on one core. Medians of {options.Rounds} rounds (lowest–highest). jq counts the same as the first, without latencies; ratios are formed within each round."))
            .Table(["reader", .. s_figures.Select(figure => figure.Name)], [.. readers.Select(Row), .. readers[1..].Select(Ratio)]));
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Reporting", name);

    /// <summary>A program that reads the log, and what it cost, round by round.</summary>
    private sealed record Reader(string Name, Launch Launch, string Output)
    {
        public List<LogReading> Readings { get; } = [];
    }
}
