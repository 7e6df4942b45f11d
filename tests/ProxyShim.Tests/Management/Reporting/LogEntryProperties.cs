using System.Text;
using CsCheck;
using ProxyShim.Management.Reporting;
using ProxyShim.Tests.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.Management.Reporting;

public class LogEntryProperties
{
    private const string Line = """
        {"@t":"2026-11-29T00:00:00.0000000Z","Event":"RequestHandled","SchemaVersion":1,"Outcome":"converted","Reason":null,"Xid":"X1","PartnerKey":"lovelace","SubIds":["a"],"ElapsedMs":5.5
        """;

    private static readonly string[] s_names = ["@t", "Event", "SchemaVersion", "Outcome", "Reason", "Xid", "PartnerKey", "SubIds", "ElapsedMs", "CustomerRef", "NoHome", "Count", "Amount", "Currency", "x"];

    private static readonly string[] s_values = ["1", "2", "-1", "1e400", "null", "true", "\"\"", "{}", "[]", "[1]", "{\"a\":[{}]}", "\"2026-13-40T00:00:00Z\"", "\"\\ud800\"", "nul"];

    /// <summary>Lines of a log that is torn, spoilt or another version's.</summary>
    [Theory]
    [InlineData((int)ReportKind.Usual)]
    [InlineData((int)ReportKind.Shadow)]
    [InlineData((int)ReportKind.Chain)]
    public void Whatever_line_comes_it_is_an_event_or_none(int report)
    {
        var entry = new LogEntry(new StringPool(), (ReportKind)report);
        var member = Gen.Select(Gen.OneOf(s_names), Gen.OneOf(Gen.OneOf(s_values), GenJson.Text.SelectMany(GenJson.Quoted))).Select((name, value) => $",\"{name}\":{value}");
        Gen.Select(member.Array[0, 3].Select(string.Concat), Gen.Byte, Gen.Int[0, 1000], Gen.Int[0, 3]).Sample(
            (more, spoilt, position, kind) =>
            {
                var bytes = Encoding.UTF8.GetBytes($"{Line}{more}}}");
                bytes = kind switch
                {
                    0 => bytes,
                    1 => bytes[..(position % bytes.Length)],
                    2 => [.. bytes, .. bytes],
                    _ => [.. bytes[..(position % bytes.Length)], spoilt, .. bytes[(position % bytes.Length)..]],
                };
                return !entry.TryRead(bytes) || (entry.Event.Length > 0 && entry.Time != default);
            },
            iter: 5_000,

            // One entry is read into again and again, as a report does.
            threads: 1);
    }
}
