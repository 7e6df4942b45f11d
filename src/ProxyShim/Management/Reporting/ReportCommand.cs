namespace ProxyShim.Management.Reporting;

/// <summary><c>proxyshim report [--shadow] [--json] [FILE…]</c>: adds up what a log says, for those who have no dashboard. It needs no settings.</summary>
internal static class ReportCommand
{
    // sysexits.h: EX_NOINPUT.
    private const int NoInput = 66;

    // A file that is read sooner needs no sign of life.
    private static readonly TimeSpan s_signOfLife = TimeSpan.FromSeconds(2);

    /// <param name="shadow">What would have been, had it been live, rather than what was.</param>
    /// <param name="files">Logs; none, or -, is standard input.</param>
    /// <param name="asTerminal">Whether standard input is one: somebody who does not know that the program waits for him.</param>
    /// <returns>0; 66 when a file cannot be read.</returns>
    public static int Run(IReadOnlyList<string> files, bool json, bool shadow, Stream input, Stream output, TextWriter errors, TimeProvider time, bool asTerminal = false)
    {
        if (asTerminal && files.DefaultIfEmpty("-").Contains("-"))
        {
            errors.WriteLine("A log is read from standard input, to its end (Ctrl-D); or write report FILE….");
        }

        var (report, would) = (new Report(), shadow ? new ShadowReport() : null);
        Action<LogEntry> add = would is null ? report.Add : would.Add;
        Action addBad = would is null ? report.AddBadLine : would.AddBadLine;
        try
        {
            foreach (var file in files.DefaultIfEmpty("-"))
            {
                using var stream = file == "-" ? input : File.OpenRead(file);
                Read(stream, file, new LogEntry(new StringPool(), shadow), add, addBad, errors, time);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(exception.Message);
            return NoInput;
        }

        if (would is not null)
        {
            (json ? ShadowReportPage.WriteJson : (Action<ShadowReport, Stream>)ShadowReportPage.WriteText)(would, output);
        }
        else if (json)
        {
            ReportJson.Write(report, output);
        }
        else
        {
            output.Write(System.Text.Encoding.UTF8.GetBytes(ReportTable.Render(report)));
        }

        return 0;
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
