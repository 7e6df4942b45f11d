using System.Text;

namespace ProxyShim.Benchmarks.Report;

/// <summary>Builds a Markdown page.</summary>
internal sealed class Markdown
{
    private readonly StringBuilder _text = new();

    public Markdown Heading(int level, string text) => Lines($"{new string('#', level)} {text}", "");

    public Markdown Paragraph(string text) => Lines(text, "");

    public Markdown List(IEnumerable<string> items) => Lines([.. items.Select(item => $"- {item}"), ""]);

    public Markdown Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows) =>
        Lines([Row(columns), Row([.. columns.Select((_, index) => index == 0 ? "---" : "---:")]), .. rows.Select(Row), ""]);

    public override string ToString() => _text.ToString().TrimEnd('\n') + "\n";

    private static string Row(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";

    private Markdown Lines(params string[] lines)
    {
        foreach (var line in lines)
        {
            _text.Append(line).Append('\n');
        }

        return this;
    }
}
