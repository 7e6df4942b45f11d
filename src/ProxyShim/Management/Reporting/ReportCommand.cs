namespace ProxyShim.Management.Reporting;

/// <summary><c>proxyshim report [--shadow] [--by partner|subid] [--json|--csv] [FILE…]</c>: adds up what a log says, for those who have no dashboard. It needs no settings.</summary>
internal static class ReportCommand
{
    /// <summary>What a chain's report may go by.</summary>
    public const string ByPartner = "partner", BySubId = "subid";

    // sysexits.h (https://man.freebsd.org/cgi/man.cgi?sysexits(3)): EX_NOINPUT.
    private const int NoInput = 66;

    // A file that is read sooner needs no sign of life.
    private static readonly TimeSpan s_signOfLife = TimeSpan.FromSeconds(2);

    /// <param name="shadow">What would have been, had it been live, rather than what was.</param>
    /// <param name="files">Logs; none, or -, is standard input.</param>
    /// <param name="asTerminal">Whether standard input is one: its user may not know that the program waits for input.</param>
    /// <param name="by"><see cref="ByPartner"/> or <see cref="BySubId"/>: click, sign-up and sale by what brought the customer; null for the usual report.</param>
    /// <param name="csv">That one as CSV.</param>
    /// <returns>0; 66 when a file cannot be read.</returns>
    public static int Run(
        IReadOnlyList<string> files, bool json, bool shadow, Stream input, Stream output, TextWriter errors, TimeProvider time, bool asTerminal = false,
        string? by = null, bool csv = false)
    {
        if (asTerminal && files.DefaultIfEmpty("-").Contains("-"))
        {
            errors.WriteLine("A log is read from standard input, to its end (Ctrl-D); or write report FILE….");
        }

        var kind = shadow ? ReportKind.Shadow : by is not null ? ReportKind.Chain : ReportKind.Usual;
        var (add, addBad, write) = Make(kind, by, json, csv);
        try
        {
            foreach (var file in files.DefaultIfEmpty("-"))
            {
                using var stream = file == "-" ? input : File.OpenRead(file);
                Read(stream, file, new LogEntry(new StringPool(), kind), add, addBad, errors, time);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(exception.Message);
            return NoInput;
        }

        write(output);
        return 0;
    }

    private static (Action<LogEntry> Add, Action AddBad, Action<Stream> Write) Make(ReportKind kind, string? by, bool json, bool csv)
    {
        switch (kind)
        {
            case ReportKind.Shadow:
                var would = new ShadowReport();
                return (would.Add, would.AddBadLine, output => (json ? ShadowReportPage.WriteJson : (Action<ShadowReport, Stream>)ShadowReportPage.WriteText)(would, output));
            case ReportKind.Chain:
                var chain = new ChainReport(by == BySubId);
                return (chain.Add, chain.AddBadLine, output => (
                    csv ? ChainReportPage.WriteCsv : json ? ChainReportPage.WriteJson : (Action<ChainReport, Stream>)ChainReportPage.WriteText)(chain, output));
            default:
                var report = new Report();
                return (report.Add, report.AddBadLine, output => (json ? ReportJson.Write : (Action<Report, Stream>)ReportTable.Write)(report, output));
        }
    }

    private static void Read(Stream stream, string file, LogEntry entry, Action<LogEntry> add, Action addBad, TextWriter errors, TimeProvider time)
    {
        using var lines = new LineReader(stream);
        var (lastSign, count) = (time.GetTimestamp(), 0L);
        while (lines.TryRead(out var line))
        {
            // Tools that collect several programs' output put a prefix before each line.
            var brace = line.IndexOf((byte)'{');
            if (brace >= 0 && entry.TryRead(line[brace..]))
            {
                add(entry);
            }
            else if (!line.Trim(" \r\t"u8).IsEmpty)
            {
                addBad();
            }

            if (++count % 10_000 == 0 && time.GetElapsedTime(lastSign) >= s_signOfLife)
            {
                lastSign = time.GetTimestamp();
                var share = stream.CanSeek && stream.Length > 0 ? $", {100 * lines.Position / stream.Length} %" : "";
                errors.WriteLine($"{file}: {count} lines{share}");
            }
        }
    }
}
