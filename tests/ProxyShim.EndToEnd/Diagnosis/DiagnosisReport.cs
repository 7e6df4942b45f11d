using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ProxyShim.EndToEnd.Harness;

namespace ProxyShim.EndToEnd.Diagnosis;

/// <summary>The table as Markdown, for people who have one of these troubles, or want to know whether they would hear of it.</summary>
internal static partial class DiagnosisReport
{
    private const string Introduction = """
        # What is wrong, and what says so

        Written by the suite beside it (`tests/ProxyShim.EndToEnd/Diagnosis`), which starts the published program for each row. A row is red when one of those
        is silent that could speak: a start that is refused says which setting is wrong and what to write; whoever serves says in `/healthz/ready` (and in
        `proxyshim health`, the admin API and the console) which part is degraded, why, where, since when, and what to do; the log has one event when it begins
        and one when it is over; the metric stands at 1 meanwhile, and a rule of `config/alerts/proxyshim.rules.yml` looks at it and says what to do.

        """;

    public static void Write(IReadOnlyList<(DiagnosisRow Row, DiagnosisResult Result)> results)
    {
        var text = new StringBuilder(Introduction);
        foreach (var group in results.GroupBy(result => result.Row.Group, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {group.Key}\n\n| what is wrong | start | health | log | metric | alert rule |\n| --- | --- | --- | --- | --- | --- |\n");
            foreach (var (row, told) in group)
            {
                var start = told.Start.Length == 0 ? "starts" : told.Start;
                text.AppendJoin(" | ", ["|" + Cell(row.Wrong).Insert(0, " "), Cell(start), Cell(told.Health), Cell(told.Log), Cell(told.Metric), Cell(told.Alert)]).Append(" |\n");
            }
        }

        ReportFile.Write("Diagnosis", "diagnosis-table.md", text.ToString());
    }

    // Ports are drawn anew in each run.
    private static string Cell(string text) => text.Length == 0 ? "–" : Port().Replace(text, "$1:port").Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"(127\.0\.0\.1|0\.0\.0\.0):\d+")]
    private static partial Regex Port();
}
