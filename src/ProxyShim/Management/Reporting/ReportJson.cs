using System.Text.Json;

namespace ProxyShim.Management.Reporting;

/// <summary>The report for programs.</summary>
internal static class ReportJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true };

    public static void Write(Report report, Stream output)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        json.WriteNumber("lines", report.Lines);
        json.WriteNumber("bad_lines", report.BadLines);
        WriteTime(json, "from", report.From);
        WriteTime(json, "to", report.To);
        json.WriteStartObject("conversions");
        json.WriteNumber("sent", report.Sent);
        json.WriteNumber("sent_inline", report.SentInline.Value);
        json.WriteNumber("verified", report.Verified.Value);
        json.WriteNumber("unverified", report.Unverified);
        json.WriteNumber("phantoms", report.Phantoms.Value);
        WriteCounts(json, "dead", report.Dead);
        json.WriteEndObject();
        json.WriteStartObject("calls");
        json.WriteNumber("kept", report.Calls.Kept.Value);
        json.WriteNumber("played", report.Calls.Played.Value);
        WriteCounts(json, "dead", report.Calls.Dead);
        json.WriteEndObject();
        WriteCounts(json, "holds", report.Holds);
        json.WriteStartObject("clicks");
        json.WriteNumber("hits", report.Hits.Value);
        json.WriteNumber("misses", report.Misses.Value);
        WriteRate(json, "hit_rate", report.HitRate);
        json.WriteEndObject();
        json.WriteNumber("requests", report.Requests.Value);
        WriteCounts(json, "outcomes", report.Outcomes);
        WriteCounts(json, "fallbacks", report.Fallbacks);
        WriteCounts(json, "attempts", report.Attempts);
        WriteCounts(json, "alerts", report.Alerts);
        json.WriteNumber("dropped_events", report.Dropped.Value);
        json.WriteNumber("diagnostics", report.Diagnostics.Value);
        json.WriteStartObject("latency_ms");
        WriteLatency(json, "requests", report.Latency);
        WriteLatency(json, "attempts", report.AttemptLatency);
        WriteLatencies(json, "by_caller", report.LatencyByCaller);
        WriteLatencies(json, "by_partner", report.LatencyByPartner);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    public static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteString(name, value.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteRate(Utf8JsonWriter json, string name, double? rate)
    {
        if (rate is { } value)
        {
            json.WriteNumber(name, Math.Round(value, 6));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteCounts(Utf8JsonWriter json, string name, BoundedCounters<Counter> tally)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in tally.Items.OrderByDescending(item => item.Value.Value).ThenBy(item => item.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(key, count.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteLatencies(Utf8JsonWriter json, string name, BoundedCounters<LatencyHistogram> tally)
    {
        json.WriteStartObject(name);
        foreach (var (key, latency) in tally.Items.OrderByDescending(item => item.Value.Count).ThenBy(item => item.Key, StringComparer.Ordinal))
        {
            WriteLatency(json, key, latency);
        }

        json.WriteEndObject();
    }

    private static void WriteLatency(Utf8JsonWriter json, string name, LatencyHistogram latency)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", latency.Count);
        json.WriteNumber("p50", Rounded(latency.Percentile(0.5)));
        json.WriteNumber("p90", Rounded(latency.Percentile(0.9)));
        json.WriteNumber("p99", Rounded(latency.Percentile(0.99)));
        json.WriteNumber("max", Rounded(latency.Max));
        json.WriteEndObject();
    }

    private static double Rounded(double milliseconds) => Math.Round(milliseconds, 3);
}
