using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Limits;

/// <summary>What one flood did to the others.</summary>
/// <param name="Alone">Milliseconds of each creation before it.</param>
/// <param name="Beside">And beside it.</param>
/// <param name="Newcomers">Creations beside it for which a connection of its own was opened; like the others all were converted.</param>
/// <param name="Again">How often such a connection was closed before the request was there, and opened again.</param>
/// <param name="Memory">MiB of the process before it, at most, and after it.</param>
internal sealed record FloodResult(
    Flood Flood, IReadOnlyList<double> Alone, IReadOnlyList<double> Beside, int Newcomers, int Again, (double Before, double Most, double After) Memory)
{
    public static double P99(IReadOnlyList<double> values) => values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(0.99 * values.Count) - 1));
}

/// <summary>The floods' rows of the hardening table, and where they last longer than in CI a table of their own.</summary>
internal static class FloodReport
{
    private static readonly ConcurrentBag<FloodResult> s_results = [];

    private static readonly ConcurrentBag<HardeningRow> s_rows = [];

    private static readonly Lock s_lock = new();

    /// <summary>Takes a flood into the hardening table, of which nothing may have come.</summary>
    public static void Hold(HardeningRow row)
    {
        s_rows.Add(row);
        lock (s_lock)
        {
            HardeningPart.Write("floods", s_rows.OrderBy(static one => Flood.All.ToList().FindIndex(flood => $"{flood}" == one.Surface)));
        }

        Assert.True(row.IsHeld, $"{row}");
    }

    public static void Add(FloodResult result, TimeSpan duration)
    {
        s_results.Add(result);
        var page = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            # Floods, {duration.TotalSeconds:F0} s each

            One caller, who was there before, creates customers one after the other: before the flood, and beside it. Another comes anew for each customer, and
            again where its connection is closed before its request is there. In every row the process lived, each of these creations was answered 200 and is a
            conversion at PartnerStack, once, and the main job was done afterwards, or the run failed. Times in ms; the process's own memory in MiB: before the
            flood, at most, and when its connections have been closed.

            | limit, MiB | flood | connections | converted beside it | by newcomers | came again | p99 alone | p99 beside it | ratio | memory |
            | --: | --- | --: | --: | --: | --: | --: | --: | --: | --- |

            """));
        foreach (var one in s_results.OrderBy(static one => Flood.All.ToList().IndexOf(one.Flood)))
        {
            var (alone, beside) = (FloodResult.P99(one.Alone), FloodResult.P99(one.Beside));
            page.Append(CultureInfo.InvariantCulture, $"| {one.Flood.Mebibytes} | {one.Flood.What} | {one.Flood.Connections} | {one.Beside.Count} | {one.Newcomers} | {one.Again} ")
                .Append(CultureInfo.InvariantCulture, $"| {alone:F1} | {beside:F1} | {beside / alone:F1}× ")
                .AppendLine(CultureInfo.InvariantCulture, $"| {one.Memory.Before:F0}, {one.Memory.Most:F0}, {one.Memory.After:F0} |");
        }

        lock (s_lock)
        {
            ReportFile.Write("Limits", "floods.md", page.ToString());
        }
    }
}
