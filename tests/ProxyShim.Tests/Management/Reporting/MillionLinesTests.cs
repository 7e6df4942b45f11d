using System.Text.Json.Nodes;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Management.Reporting;

/// <summary>The published program on a long log: what it counts, counted independently by jq, and what it needs for that.</summary>
public sealed class MillionLinesTests(MillionLines log) : IClassFixture<MillionLines>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_counted_as_jq_counts_them()
    {
        var jq = Require.Program("jq", "jq");
        using var folder = new TemporaryFolder();
        var report = Path.Combine(folder.Path, "report.json");
        await File.WriteAllTextAsync(report, await ReportAsync(log.Path), Cancellation);

        // Side by side: jq takes its time.
        var answers = await Task.WhenAll(
            ChildProcess.RunAsync(jq, ["-f", Script("reshape.jq"), report], s_limit, cancellation: Cancellation),
            ChildProcess.RunAsync(jq, ["-n", "-f", Script("count.jq"), log.Path], s_limit, cancellation: Cancellation),
            ChildProcess.RunAsync(
                jq, ["-r", """objects | select(.Event == "RequestHandled") | [.ElapsedMs, .Caller, .PartnerKey] | map(. // "") | @tsv""", log.Path], s_limit, cancellation: Cancellation));

        var (reported, counted) = (JsonNode.Parse(answers[0])!, JsonNode.Parse(answers[1])!);
        Assert.Equal(MillionLines.Count, (int)counted["lines"]!);
        Assert.InRange((int)counted["bad_lines"]!, 1, MillionLines.Count / 50);
        Assert.True(JsonNode.DeepEquals(counted, reported), $"jq: {counted}\nreport: {reported}");
        AssertLatencies(answers[2].Split('\n').Select(line => line.Split('\t')), JsonNode.Parse(await File.ReadAllTextAsync(report, Cancellation))!["latency_ms"]!);
    }

    /// <summary>jq gathers all calls and groups them, where the report adds up as it reads.</summary>
    [Fact]
    public async Task Of_the_shadow_are_counted_as_jq_counts_them()
    {
        var jq = Require.Program("jq", "jq");

        var answers = await Task.WhenAll(
            ChildProcess.RunAsync(jq, ["-n", "-f", Script("count-shadow.jq"), log.Path], s_limit, cancellation: Cancellation), ReportAsync(log.Path, "--shadow"));

        var (counted, reported) = (JsonNode.Parse(answers[0])!.AsObject(), JsonNode.Parse(answers[1])!.AsObject());
        Assert.InRange((int)counted["conversions"]!, 10_000, (int)counted["customers"]! - 1);
        Assert.All(counted, figure => Assert.True(JsonNode.DeepEquals(figure.Value, reported[figure.Key]), $"{figure.Key}: jq {figure.Value}, report {reported[figure.Key]}"));
        Assert.StartsWith(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Had it been live: {(int)counted["conversions"]!:N0} conversions, and {(int)counted["fallbacks"]!:N0} customers left"),
            (string)reported["sentence"]!, StringComparison.Ordinal);
    }

    /// <summary>jq gathers what names a partner or a subID and groups it, where the report adds up as it reads.</summary>
    [Fact]
    public async Task By_partner_and_by_subid_are_counted_as_jq_counts_them()
    {
        var jq = Require.Program("jq", "jq");

        var answers = await Task.WhenAll(
            ChildProcess.RunAsync(jq, ["-n", "-f", Script("count-chain.jq"), log.Path], s_limit, cancellation: Cancellation),
            ReportAsync(log.Path, "--by", "partner"), ReportAsync(log.Path, "--by", "subid"));

        var counted = JsonNode.Parse(answers[0])!;
        AssertNames(counted["partner"]!.AsArray(), answers[1], 1_000);
        AssertNames(counted["subid"]!.AsArray(), answers[2], 10_000);
    }

    [Theory]
    [InlineData(48)]
    [InlineData(64, "--by", "partner")]
    [InlineData(64, "--by", "subid")]
    public async Task Need_no_more_memory_than_a_few(int mebibytes, params string[] options)
    {
        // The program with its runtime is some 20 MiB; the log is more than four times what is allowed.
        var most = mebibytes * 1024L * 1024;
        var shim = await PublishedShim.LocateAsync();
        Require.That(shim.IsNative && OperatingSystem.IsLinux(), "the memory of the native binary is asked for", "run on Linux with gcc and zlib1g-dev");
        await using var process = ChildProcess.Start(shim.Path, ["report", "--json", .. options]);
        await using (var file = File.OpenRead(log.Path))
        {
            Assert.True(file.Length > 4 * most);
            await file.CopyToAsync(process.Input, Cancellation);
        }

        // It has read all but what fits into a pipe, and cannot end before its input does.
        Assert.InRange(process.PeakMemory, 1, most);
        process.Input.Close();
        Assert.Equal(0, await process.WaitForExitAsync(s_limit, Cancellation));
        Assert.Equal(MillionLines.Count, (int)JsonNode.Parse(string.Join('\n', process.Output))!["lines"]!);
    }

    private static async Task<string> ReportAsync(string file, params string[] options) =>
        await ChildProcess.RunAsync((await PublishedShim.LocateAsync()).Path, ["report", "--json", .. options, file], s_limit, cancellation: Cancellation);

    private static void AssertNames(JsonArray counted, string report, int atLeast)
    {
        Assert.InRange(counted.Count, atLeast, atLeast + 20);
        CountedByJq.AssertAll(counted, report);
    }

    // Each request with its latency, its caller and its partner, an empty text standing for none.
    private static void AssertLatencies(IEnumerable<string[]> requests, JsonNode reported)
    {
        var (callers, partners) = (reported["by_caller"]!.AsObject(), reported["by_partner"]!.AsObject());
        Dictionary<JsonNode, List<double>> latencies = [];
        foreach (var (latency, caller, partner) in requests.Select(request => (double.Parse(request[0], System.Globalization.CultureInfo.InvariantCulture), request[1], request[2])))
        {
            foreach (var node in new[] { reported["requests"], NodeOf(callers, caller), NodeOf(partners, partner) }.OfType<JsonNode>())
            {
                (latencies.TryGetValue(node, out var known) ? known : latencies[node] = []).Add(latency);
            }
        }

        Assert.Equal(1 + callers.Count + partners.Count, latencies.Count);
        Assert.All(latencies, pair => AssertPercentiles(pair.Value, pair.Key));
    }

    private static JsonNode? NodeOf(JsonObject reported, string name) => name.Length == 0 ? null : reported[name] ?? reported["(other)"];

    private static void AssertPercentiles(List<double> latencies, JsonNode reported)
    {
        latencies.Sort();
        foreach (var (name, share) in (ReadOnlySpan<(string, double)>)[("p50", 0.5), ("p90", 0.9), ("p99", 0.99)])
        {
            var exact = latencies[(int)Math.Ceiling(share * latencies.Count) - 1];
            Assert.InRange((double)reported[name]!, exact * 0.99, exact * 1.01);
        }

        Assert.Equal(latencies[^1], (double)reported["max"]!);
        Assert.Equal(latencies.Count, (int)reported["count"]!);
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Management", "Reporting", name);
}
