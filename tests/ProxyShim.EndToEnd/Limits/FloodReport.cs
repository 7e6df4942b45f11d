using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Limits;

/// <summary>How long one caller waited for its answers.</summary>
/// <param name="Before">Milliseconds of each creation before the flood.</param>
/// <param name="Beside">Beside it.</param>
/// <param name="After">And after it.</param>
internal sealed record FloodWaits(IReadOnlyList<double> Before, IReadOnlyList<double> Beside, IReadOnlyList<double> After)
{
    // Before it this process still compiles, after it the shim collects, and whatever else the machine does may fall into one of both.
    private double Alone => Math.Min(P99(Before), P99(After));

    /// <summary>Both 99th percentiles and their ratio, as cells of the table.</summary>
    public string Cells => string.Create(CultureInfo.InvariantCulture, $"{Alone:F1} | {P99(Beside):F1} | {P99(Beside) / Alone:F1}×");

    private static double P99(IReadOnlyList<double> values) => values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(0.99 * values.Count) - 1));
}

/// <summary>What one flood did to the others.</summary>
/// <param name="Open">Connections that the shim had not closed when it was over, those of the callers with them.</param>
/// <param name="Known">Of the caller who was there before.</param>
/// <param name="Newcomer">Of the one who opens a connection for each creation; where it was closed before the request was there, with the wait for the next.</param>
/// <param name="Again">How often beside the flood such a connection was closed, and opened again.</param>
/// <param name="Memory">MiB of the process before it, at most, and after it.</param>
internal sealed record FloodResult(
    Flood Flood, int Open, FloodWaits Known, FloodWaits Newcomer, int Again, (double Before, double Most, double After) Memory);

/// <summary>The floods' rows of the hardening table, and where they last longer than in CI a table of their own.</summary>
internal static class FloodReport
{
    private const string Part = "floods";
    private const string Page = "floods.md";

    private static readonly ConcurrentBag<FloodResult> s_results = [];

    private static readonly ConcurrentBag<HardeningRow> s_rows = [];

    private static readonly Lock s_lock = new();

    /// <summary>Takes a flood into the hardening table, of which nothing may have come.</summary>
    /// <param name="isPart">Whether this run makes some of the rows only: the others stay as they were.</param>
    public static void Hold(HardeningRow row, bool isPart)
    {
        s_rows.Add(row);
        lock (s_lock)
        {
            var rows = s_rows.Concat(isPart ? HardeningPart.Read(Part) : []).DistinctBy(static one => one.Surface);
            HardeningPart.Write(Part, rows.OrderBy(static one => Flood.All.ToList().FindIndex(flood => $"{flood}" == one.Surface)));
        }

        Assert.True(row.IsHeld, $"{row}");
    }

    /// <summary>Takes a flood into its own table; the rows of earlier runs stay, where those floods lasted as long.</summary>
    public static void Add(FloodResult result, TimeSpan duration)
    {
        s_results.Add(result);
        var head = string.Create(CultureInfo.InvariantCulture, $"""
            # Floods, {duration.TotalSeconds:F0} s each

            Two callers create customers, each one after the other: before the flood, beside it, and after it. One was there before and keeps its connection;
            the other comes anew for each customer, and again where its connection is closed before its request is there. In every row the process lived, each
            of the creations beside the flood was answered 200 and is a conversion at PartnerStack, once, and the main job was done afterwards, or the run failed.
            Open: connections, the callers' with them, that the shim had not closed at the flood's end. P99 of the callers in ms, alone (the lower one of before
            and after) and beside the flood, and the ratio; the process's own memory in MiB: before the flood, at most, and when its connections have been closed:
            given back, at most {Flood.MostKept:0.0#} times what it was, or the run failed. Heads that the shim has closed are opened anew, {1 / Flood.Pause.TotalSeconds:F0} a second at most.
            Each row is of the last run that made it.

            | limit, MiB | flood | connections | open | converted alone | beside | p99 | beside | ratio | newcomer's p99 | beside | ratio | came again | memory |
            | --: | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --- |

            """);
        lock (s_lock)
        {
            var earlier = ReportFile.Read(Page) is { } page && page.StartsWith(head, StringComparison.Ordinal) ? page[head.Length..].Split('\n') : [];
            var rows = new StringBuilder(head);
            foreach (var flood in Flood.All)
            {
                var begin = $"| {flood.Mebibytes} | {flood.What} | {flood.Connections} | ";
                var row = s_results.FirstOrDefault(one => one.Flood == flood) is { } made
                    ? begin + Cells(made)
                    : Array.Find(earlier, row => row.StartsWith(begin, StringComparison.Ordinal));
                rows.Append(row is null ? "" : $"{row}\n");
            }

            ReportFile.Write("Limits", Page, rows.ToString());
        }
    }

    private static string Cells(FloodResult one) => string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Open} | {one.Known.Before.Count + one.Newcomer.Before.Count}, {one.Known.After.Count + one.Newcomer.After.Count} "
        + $"| {one.Known.Beside.Count + one.Newcomer.Beside.Count} | {one.Known.Cells} | {one.Newcomer.Cells} | {one.Again} | {one.Memory.Before:F0}, {one.Memory.Most:F0}, {one.Memory.After:F0} |");
}
