using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProxyShim.Management.Reporting;

/// <summary>The chain's report: for people, for programs, for spreadsheets.</summary>
internal static class ChainReportPage
{
    // The rest is in the JSON and in the CSV.
    private const int MaxRows = 40;

    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly SearchValues<char> s_quoted = SearchValues.Create(",\"\r\n");

    public static void WriteText(ChainReport report, Stream output)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Lines:N0} lines");
        text.Append(report.BadLines == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {report.BadLines:N0} of them no events of this log"));
        text.Append(report.From is { } from && report.To is { } to ? $", from {from.UtcDateTime:u} to {to.UtcDateTime:u}\n\n" : ", no event\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{(report.BySubId ? "SubID" : "Partner"),-30}{"conversions",13}{"verified",10}{"sales",9}{"click to sign-up",19}{"to first sale",16}  revenue\n");
        foreach (var (name, figures) in report.Names.Take(MaxRows))
        {
            Row(text, name, figures);
        }

        if (report.NameCount > MaxRows)
        {
            text.Append(CultureInfo.InvariantCulture, $"{report.NameCount - MaxRows:N0} more with --json or --csv\n");
        }

        Row(text, report.BySubId ? "all, each once" : "all", report.Total);
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public static void WriteJson(ChainReport report, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, s_options))
        {
            json.WriteStartObject();
            json.WriteNumber("lines", report.Lines);
            json.WriteNumber("bad_lines", report.BadLines);
            ReportJson.WriteTime(json, "from", report.From);
            ReportJson.WriteTime(json, "to", report.To);
            json.WriteString("by", report.BySubId ? "subid" : "partner");
            json.WritePropertyName("total");
            Write(json, report.Total, null);
            json.WriteStartArray("names");
            foreach (var (name, figures) in report.Names)
            {
                Write(json, figures, name);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    public static void WriteCsv(ChainReport report, Stream output)
    {
        string[] currencies = [.. report.Total.Revenue.Keys];
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n" };
        writer.WriteLine(string.Join(',', [
            report.BySubId ? "subid" : "partner", "conversions", "verified", "verified_share", "sales", "click_to_signup_p50_ms", "click_to_signup_p90_ms",
            "signup_to_first_sale_p50_ms", "signup_to_first_sale_p90_ms", .. currencies.Select(static currency => $"revenue_{CurrencyOf(currency)}")]));
        foreach (var (name, figures) in report.Names)
        {
            writer.WriteLine(string.Join(',', [
                Cell(name), Number(figures.Conversions), Number(figures.Verified), Number(Rounded(figures.VerifiedShare, 6)), Number(figures.Sales),
                Number(Rounded(figures.ClickToSignup.Percentile(0.5))), Number(Rounded(figures.ClickToSignup.Percentile(0.9))),
                Number(Rounded(figures.SignupToFirstSale.Percentile(0.5))), Number(Rounded(figures.SignupToFirstSale.Percentile(0.9))),
                .. currencies.Select(currency => Number(figures.Revenue.GetValueOrDefault(currency)))]));
        }
    }

    private static void Row(StringBuilder text, string name, ChainFigures figures) => text.Append(
        CultureInfo.InvariantCulture,
        $"{ReportTable.Printable(name, 29),-30}{figures.Conversions,13:N0}{(figures.VerifiedShare is { } share ? share.ToString("P1", CultureInfo.InvariantCulture) : "-"),10}{figures.Sales,9:N0}{Wait(figures.ClickToSignup),19}{Wait(figures.SignupToFirstSale),16}  {Revenue(figures)}\n");

    private static string Revenue(ChainFigures figures) => string.Join(", ", figures.Revenue.Select(static sum =>
        string.Create(CultureInfo.InvariantCulture, $"{sum.Value:#,0.####} {CurrencyOf(sum.Key)}")));

    private static string CurrencyOf(string name) => name.Length == 0 ? ChainReport.None : name;

    // The median in the unit that a person would use.
    private static string Wait(DurationSketch sketch) => sketch.Percentile(0.5) is not { } milliseconds ? "-" : TimeSpan.FromMilliseconds(milliseconds) switch
    {
        { TotalSeconds: < 60 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalMinutes: < 60 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.0} min"),
        { TotalHours: < 48 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h"),
        var time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.0} d"),
    };

    private static void Write(Utf8JsonWriter json, ChainFigures figures, string? name)
    {
        json.WriteStartObject();
        if (name is not null)
        {
            json.WriteString("name", name);
        }

        json.WriteNumber("conversions", figures.Conversions);
        json.WriteNumber("verified", figures.Verified);
        ReportJson.WriteRate(json, "verified_share", figures.VerifiedShare);
        json.WriteNumber("sales", figures.Sales);
        json.WriteStartObject("revenue");
        foreach (var (currency, sum) in figures.Revenue)
        {
            json.WriteNumber(CurrencyOf(currency), sum);
        }

        json.WriteEndObject();
        Write(json, "click_to_signup_ms", figures.ClickToSignup);
        Write(json, "signup_to_first_sale_ms", figures.SignupToFirstSale);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, DurationSketch sketch)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", sketch.Count);
        foreach (var (percentile, share) in (ReadOnlySpan<(string, double)>)[("p50", 0.5), ("p90", 0.9), ("p99", 0.99)])
        {
            if (Rounded(sketch.Percentile(share)) is { } value)
            {
                json.WriteNumber(percentile, value);
            }
            else
            {
                json.WriteNull(percentile);
            }
        }

        json.WriteEndObject();
    }

    private static double? Rounded(double? value, int digits = 3) => value is { } number ? Math.Round(number, digits) : null;

    private static string Number<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Number(double? value) => value is { } number ? Number<double>(number) : "";

    // https://www.rfc-editor.org/rfc/rfc4180. A partner chooses its own name, and a spreadsheet takes what begins so for a formula
    // (https://owasp.org/www-community/attacks/CSV_Injection).
    private static string Cell(string text)
    {
        var safe = text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{text}" : text;
        return safe.AsSpan().ContainsAny(s_quoted) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
