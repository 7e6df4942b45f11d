using System.Text;
using nietras.SeparatedValues;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Clicks.Import;

/// <summary>Rows of a table with a header, separated by commas, semicolons or tabs.</summary>
internal sealed class CsvRows
{
    private static readonly ClickProblem s_broken = new(ClickResult.NoJson, "The row cannot be read; write as many fields as the header has, and a quotation mark in a field twice.");

    private readonly SepReaderOptions _options;
    private readonly string[] _names;

    private CsvRows(char separator, string[] names) => (_options, _names) = (OptionsOf(separator), names);

    /// <exception cref="ImportException">It is no header.</exception>
    public static CsvRows OfHeader(ReadOnlySpan<byte> header)
    {
        var text = Encoding.UTF8.GetString(header);
        var separator = ",;\t".MaxBy(character => text.Count(other => other == character));
        using var reader = OptionsOf(separator).FromText(text);
        string[] names = reader.MoveNext() ? [.. Fields(reader.Current).Select(name => name.Trim())] : [];
        return names.Length > 0 && names.All(ClickForm.Names.Contains) && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? new CsvRows(separator, names)
            : throw new ImportException($"The first line is neither a JSON object nor a header of known names; the names are {string.Join(", ", ClickForm.Names)}.");
    }

    public void Read(RowBatch batch, DateTimeOffset now, List<(long Line, ReportedClick Click)> clicks, ImportTally tally)
    {
        using var reader = _options.FromText(Encoding.UTF8.GetString(batch.Bytes));
        var read = new List<(ReportedClick? Click, ClickProblem? Problem)>(batch.Rows.Count);
        foreach (var row in reader)
        {
            // An empty line is no row.
            if (row.ColCount > 1 || row[0].Span.Trim().Length > 0)
            {
                read.Add(Read(row, now));
            }
        }

        // A line end that only one of the two takes for one: each row by itself then.
        var agree = read.Count == batch.Rows.Count;
        for (var i = 0; i < batch.Rows.Count; i++)
        {
            var (start, length, line) = batch.Rows[i];
            var (click, problem) = agree ? read[i] : ReadAlone(batch.Bytes.AsSpan(start, length), now);
            if (click is not null)
            {
                clicks.Add((line, click));
            }
            else
            {
                tally.AddBad(line, problem!);
            }
        }
    }

    private (ReportedClick? Click, ClickProblem? Problem) ReadAlone(ReadOnlySpan<byte> bytes, DateTimeOffset now)
    {
        using var reader = _options.FromText(Encoding.UTF8.GetString(bytes));
        return reader.MoveNext() && Read(reader.Current, now) is var read && !reader.MoveNext() ? read : (null, s_broken);
    }

    private (ReportedClick? Click, ClickProblem? Problem) Read(SepReader.Row row, DateTimeOffset now) =>
        row.ColCount == _names.Length ? (ClickForm.Read(_names, Fields(row), now, out var problem), problem) : (null, s_broken);

    private static string[] Fields(SepReader.Row row)
    {
        var fields = new string[row.ColCount];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = row[i].ToString();
        }

        return fields;
    }

    private static SepReaderOptions OptionsOf(char separator) =>
        new Sep(separator).Reader(options => options with { HasHeader = false, Unescape = true, DisableColCountCheck = true });
}
