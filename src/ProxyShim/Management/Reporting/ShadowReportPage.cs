using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProxyShim.Management.Reporting;

/// <summary>The report of the shadow, for people and for programs.</summary>
internal static class ShadowReportPage
{
    // The rest is in the JSON.
    private const int MaxRows = 20;

    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteText(ShadowReport report, Stream output)
    {
        var text = new StringBuilder(report.Sentence()).Append("\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{report.Lines:N0} lines");
        text.Append(report.BadLines == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {report.BadLines:N0} of them no events of this log"));
        text.Append(report.From is { } from && report.To is { } to ? $", from {from.UtcDateTime:u} to {to.UtcDateTime:u}\n" : ", no event\n");
        Section(text, "Had it been live", ("calls that were looked at", report.Calls), ("distinct customers", report.Customers), ("  would be conversions", report.Conversions),
            ("  left to the Customer API", report.Fallbacks));
        Section(text, "Clicks, by call", ("found", report.Hits), ("not found", report.Misses));
        text.Append(report.HitRate is { } rate ? ReportTable.Row("hit rate", rate.ToString("P1", CultureInfo.InvariantCulture)) : "");
        Section(text, "Not converted, by reason and call", report.Reasons);
        Section(text, "Callers that are not ready", report.NotReady);
        Section(text, "The click names another partner (request -> click)", report.Mismatches);
        Section(text, "Fields without a place in a conversion, by call", report.NoHome);
        Section(text, "Conversions by partner", report.Partners);
        Section(text, "Conversions by subID", report.SubIds);
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public static void WriteJson(ShadowReport report, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, s_options))
        {
            json.WriteStartObject();
            json.WriteString("sentence", report.Sentence());
            json.WriteNumber("lines", report.Lines);
            json.WriteNumber("bad_lines", report.BadLines);
            ReportJson.WriteTime(json, "from", report.From);
            ReportJson.WriteTime(json, "to", report.To);
            json.WriteNumber("calls", report.Calls);
            json.WriteNumber("customers", report.Customers);
            json.WriteNumber("conversions", report.Conversions);
            json.WriteNumber("fallbacks", report.Fallbacks);
            json.WriteNumber("hits", report.Hits);
            json.WriteNumber("misses", report.Misses);
            ReportJson.WriteRate(json, "hit_rate", report.HitRate);
            ReportJson.WriteCounts(json, "reasons", report.Reasons);
            ReportJson.WriteCounts(json, "not_ready", report.NotReady);
            ReportJson.WriteCounts(json, "mismatches", report.Mismatches);
            ReportJson.WriteCounts(json, "no_home", report.NoHome);
            ReportJson.WriteCounts(json, "partners", report.Partners);
            ReportJson.WriteCounts(json, "sub_ids", report.SubIds);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Section(StringBuilder text, string title, BoundedCounters<Counter> tally)
    {
        var rows = tally.Items.OrderByDescending(item => item.Value.Value).ThenBy(item => item.Key, StringComparer.Ordinal).ToList();
        Section(text, title, [.. rows.Take(MaxRows).Select(item => (item.Key, item.Value.Value))]);
        text.Append(rows.Count > MaxRows ? $"  {rows.Count - MaxRows} more with --json\n" : "");
    }

    private static void Section(StringBuilder text, string title, params (string Name, long Count)[] rows) => ReportTable.Section(text, title, rows);
}
