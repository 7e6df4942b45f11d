using System.Text;
using nietras.SeparatedValues;
using ProxyShim.Primitives;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Clicks.Import;

/// <summary>Rows of a table with a header, separated by commas, semicolons or tabs.</summary>
internal sealed class CsvRows
{
    private static readonly ClickProblem s_broken = new(ClickResult.NoJson, "The row cannot be read; write as many fields as the header has, and a quotation mark in a field twice.");

    private readonly SepReaderOptions _options;
    private readonly ClickName[] _names;

    private CsvRows(char separator, ClickName[] names) => (_options, _names) = (OptionsOf(separator), names);

    /// <exception cref="ImportException">It is no header.</exception>
    public static CsvRows OfHeader(ReadOnlySpan<byte> header)
    {
        var text = Encoding.UTF8.GetString(header);
        var separator = ",;\t".MaxBy(character => text.Count(other => other == character));
        using var reader = OptionsOf(separator).FromText(text);
        ClickName[] names = [];
        var isKnown = reader.MoveNext() && TryName(reader.Current, out names);
        return isKnown && names.Length > 0 && names.Distinct().Count() == names.Length
            ? new CsvRows(separator, names)
            : throw new ImportException(
                $"The first line is neither a JSON object nor a header of known names; the names are {string.Join(", ", ClickName.All)}.");
    }

    public void Read(RowBatch batch, ClickWriter writer, DateTimeOffset now, List<(long Line, PreparedClick Click)> clicks, ImportTally tally)
    {
        var read = new List<(PreparedClick Click, ClickProblem? Problem)>(batch.Rows.Count);
        ReadAll(batch.Bytes, writer, now, read);

        // A line end that only one of the two takes for one: each row by itself then.
        var agree = read.Count == batch.Rows.Count;
        for (var i = 0; i < batch.Rows.Count; i++)
        {
            var (start, length, line) = batch.Rows[i];
            var (click, problem) = agree ? read[i] : ReadAlone(batch.Bytes.AsSpan(start, length), writer, now);
            if (problem is null)
            {
                clicks.Add((line, click));
            }
            else
            {
                tally.AddBad(line, problem);
            }
        }
    }

    private (PreparedClick Click, ClickProblem? Problem) ReadAlone(ReadOnlySpan<byte> bytes, ClickWriter writer, DateTimeOffset now)
    {
        var read = new List<(PreparedClick, ClickProblem?)>(1);
        ReadAll(bytes, writer, now, read);
        return read is [var only] ? only : (default, s_broken);
    }

    private void ReadAll(ReadOnlySpan<byte> bytes, ClickWriter writer, DateTimeOffset now, List<(PreparedClick, ClickProblem?)> read)
    {
        var text = Encoding.UTF8.GetString(bytes);
        using var reader = _options.FromText(text);

        // Of all rows, one behind the other: they are not longer than the text, since what is no UTF-8 has become a sign there.
        var utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        var (used, fields) = (0, new Utf8Text[_names.Length]);
        foreach (var row in reader)
        {
            if (row.ColCount == _names.Length)
            {
                for (var i = 0; i < fields.Length; i++)
                {
                    var length = Encoding.UTF8.GetBytes(row[i].Span, utf8.AsSpan(used));
                    fields[i] = new Utf8Text(utf8.AsMemory(used, length));
                    used += length;
                }
            }

            // An empty line is no row.
            if (row.ColCount > 1 || row[0].Span.Trim().Length > 0)
            {
                read.Add(row.ColCount != _names.Length ? (default, s_broken)
                    : ClickForm.Read(_names, fields, now, out var problem) is { } click ? (writer.Prepare(click, now), null)
                    : (default, problem));
            }
        }
    }

    // False when one is not known.
    private static bool TryName(SepReader.Row header, out ClickName[] names)
    {
        var found = new ClickName?[header.ColCount];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = ClickName.Of(header[i].ToString().Trim());
        }

        names = [.. found.OfType<ClickName>()];
        return names.Length == found.Length;
    }

    private static SepReaderOptions OptionsOf(char separator) =>
        new Sep(separator).Reader(options => options with { HasHeader = false, Unescape = true, DisableColCountCheck = true });
}
