using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProxyShim.Hosting.Preflight;

/// <summary>Writes findings: one line each as they come, or all of them as one JSON object at the end.</summary>
internal sealed class FindingWriter(Stream output, bool json, bool colours)
{
    private const int PartWidth = 15;

    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Finding> _findings = [];

    public bool HasFault => _findings.Any(finding => finding.Level == FindingLevel.Fault);

    public void Write(Finding finding)
    {
        _findings.Add(finding);
        if (!json)
        {
            output.Write(Encoding.UTF8.GetBytes(Line(finding) + "\n"));
            output.Flush();
        }
    }

    public void End()
    {
        if (!json)
        {
            return;
        }

        using (var writer = new Utf8JsonWriter(output, s_options))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ok", !HasFault);
            writer.WriteStartArray("findings");
            foreach (var finding in _findings)
            {
                writer.WriteStartObject();
                writer.WriteString("level", NameOf(finding.Level));
                writer.WriteString("part", finding.Part);
                writer.WriteString("reason", finding.Reason);
                writer.WriteString("seen", finding.Seen);
                writer.WriteString("means", finding.Means);
                writer.WriteString("do", finding.Write);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private string Line(Finding finding)
    {
        var line = new StringBuilder();
        line.Append(Coloured(NameOf(finding.Level).PadRight(8), finding.Level)).Append(finding.Part.PadRight(PartWidth)).Append(finding.Seen);
        line.Append(finding.Means.Length > 0 ? $": {finding.Means}" : "").Append(finding.Write.Length > 0 ? $". Do: {finding.Write}" : "");
        return line.Replace('\n', ' ').Replace('\r', ' ').ToString();
    }

    private string Coloured(string text, FindingLevel level) => !colours ? text : level switch
    {
        FindingLevel.Well => $"\e[32m{text}\e[0m",
        FindingLevel.Warning => $"\e[33m{text}\e[0m",
        _ => $"\e[31m{text}\e[0m",
    };

    private static string NameOf(FindingLevel level) => level switch
    {
        FindingLevel.Well => "ok",
        FindingLevel.Warning => "warning",
        _ => "fault",
    };
}
