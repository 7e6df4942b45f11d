using System.Globalization;
using System.Text;

namespace ProxyShim.Management.Reporting;

/// <summary>The report for people.</summary>
internal static class ReportTable
{
    // The rest is in --json.
    private const int MaxPartners = 20;

    private const int NameWidth = 34;

    public static void Write(Report report, Stream output) => output.Write(Encoding.UTF8.GetBytes(Render(report)));

    public static string Render(Report report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Lines:N0} lines");
        text.Append(report.BadLines == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {report.BadLines:N0} of them no events of this log"));
        text.Append(report.From is { } from && report.To is { } to ? $", from {from.UtcDateTime:u} to {to.UtcDateTime:u}\n" : ", no event\n");

        Section(text, "Conversions",
            ("sent", report.Sent), ("  before the caller was answered", report.SentInline.Value), ("  in the background", report.SentInBackground.Value),
            ("verified", report.Verified.Value), ("unverified", report.Unverified), ("phantoms", report.Phantoms.Value));
        Section(text, "Dead", report.Dead);
        Section(text, "Held customers", report.Holds);
        Section(text, "Kept calls", ("kept", report.Calls.Kept.Value), ("played", report.Calls.Played.Value));
        Section(text, "Dead calls", report.Calls.Dead);
        Section(text, "Clicks", ("found", report.Hits.Value), ("not found", report.Misses.Value));
        text.Append(report.HitRate is { } rate ? Row("hit rate", rate.ToString("P1", CultureInfo.InvariantCulture)) : "");
        Section(text, "Requests by outcome", report.Outcomes);
        Section(text, "Fallbacks by reason", report.Fallbacks);
        Section(text, "Attempts at the Conversion API", report.Attempts);
        Section(text, "Alerts", report.Alerts);
        Section(text, "Troubles", ("events lost by the log", report.Dropped.Value), ("diagnostics", report.Diagnostics.Value));
        Latencies(text, report);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, BoundedCounters<Counter> tally) =>
        Section(text, title, [.. tally.Items.OrderByDescending(item => item.Value.Value).Select(item => (item.Key, item.Value.Value))]);

    public static void Section(StringBuilder text, string title, params (string Name, long Count)[] rows)
    {
        if (rows.All(row => row.Count == 0))
        {
            return;
        }

        text.Append('\n').Append(title).Append('\n');
        foreach (var (name, count) in rows)
        {
            text.Append(Row(name, count.ToString("N0", CultureInfo.InvariantCulture)));
        }
    }

    private static void Latencies(StringBuilder text, Report report)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{"Latency in milliseconds",-NameWidth}{"count",13}{"p50",11}{"p90",11}{"p99",11}{"max",11}\n");
        Latency(text, "all requests", report.Latency);
        Latency(text, "attempts at the Conversion API", report.AttemptLatency);
        Latencies(text, "caller ", report.LatencyByCaller, int.MaxValue);
        Latencies(text, "partner ", report.LatencyByPartner, MaxPartners);
    }

    private static void Latencies(StringBuilder text, string kind, BoundedCounters<LatencyHistogram> tally, int most)
    {
        foreach (var (name, latency) in tally.Items.OrderByDescending(item => item.Value.Count).ThenBy(item => item.Key, StringComparer.Ordinal).Take(most))
        {
            Latency(text, kind + name, latency);
        }

        if (tally.Items.Count > most)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {tally.Items.Count - most} more with --json\n");
        }
    }

    private static void Latency(StringBuilder text, string name, LatencyHistogram latency) => text.Append(
        CultureInfo.InvariantCulture,
        $"  {Printable(name),-(NameWidth - 2)}{latency.Count,13:N0}{latency.Percentile(0.5),11:N2}{latency.Percentile(0.9),11:N2}{latency.Percentile(0.99),11:N2}{latency.Max,11:N2}\n");

    public static string Row(string name, string value) => $"  {Printable(name),-(NameWidth - 2)}{value,13}\n";

    // A partner_key comes from a caller, and a terminal obeys control characters.
    public static string Printable(string name, int width = NameWidth - 2)
    {
        var printable = string.Concat(name.Select(character => char.IsControl(character) ? '?' : character));
        return printable.Length <= width ? printable : printable[..(width - 1)] + "…";
    }
}
