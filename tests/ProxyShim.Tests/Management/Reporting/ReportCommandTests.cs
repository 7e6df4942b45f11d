using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Management.Reporting;
using ProxyShim.Testing;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Management.Reporting;

public sealed class ReportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _errors = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Every_event_finds_its_place()
    {
        var report = Json(string.Join('\n', SampleLines.OfEveryEvent().Select(line => line.ToJsonString())));

        Assert.Equal(SampleLines.OfEveryEvent().Count, (int)report["lines"]!);
        Assert.Equal(0, (int)report["bad_lines"]!);
        Assert.Equal(1, (int)report["requests"]!);
        Assert.Equal("""{"sent":1,"sent_inline":1,"verified":1,"unverified":0,"phantoms":1,"dead":{"refused":1}}""", report["conversions"]!.ToJsonString());
        Assert.Equal("""{"kept":1,"played":1,"dead":{"refused":1}}""", report["calls"]!.ToJsonString());
        Assert.Equal("""{"handed_over":1}""", report["holds"]!.ToJsonString());
        Assert.Equal("""{"passthrough":1}""", report["outcomes"]!.ToJsonString());
        Assert.Equal("""{"sent":1}""", report["attempts"]!.ToJsonString());
        Assert.Equal("""{"read_back_brake":1}""", report["alerts"]!.ToJsonString());
        Assert.Equal(1, (int)report["dropped_events"]!);
        Assert.Equal(1, (int)report["diagnostics"]!);
        Assert.Equal("1970-01-01T00:00:00Z", (string?)report["from"]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent"}""")]
    [InlineData("""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":2}""")]
    [InlineData("""{"@t":"yesterday","Event":"ConversionSent","SchemaVersion":1}""")]
    [InlineData("""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":1,"Inline":"yes"}""")]
    [InlineData("""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"RequestHandled","SchemaVersion":1,"Outcome":17}""")]
    [InlineData("""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":1} {}""")]
    public void A_bad_line_is_counted_and_does_no_harm(string line)
    {
        var good = """{"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":1,"Inline":false}""";

        var report = Json($"{good}\n{line}\n\r\n{good}");

        Assert.Equal(3, (int)report["lines"]!);
        Assert.Equal(1, (int)report["bad_lines"]!);
        Assert.Equal(2, (int)report["conversions"]!["sent"]!);
    }

    [Fact]
    public void A_caller_who_hung_up_is_counted_and_waited_for_nothing()
    {
        var report = Json("""
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"RequestHandled","SchemaVersion":1,"Outcome":"converted","Caller":"default","ElapsedMs":10}
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"RequestHandled","SchemaVersion":1,"Outcome":"aborted","Status":null,"Caller":"default","ElapsedMs":9000}
            """);

        Assert.Equal((1, 1), ((int)report["outcomes"]!["aborted"]!, (int)report["outcomes"]!["converted"]!));
        Assert.InRange((double)report["latency_ms"]!["requests"]!["max"]!, 9, 11);
    }

    [Fact]
    public void A_line_longer_than_the_buffer_is_a_bad_one()
    {
        var good = """{"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":1}""";

        var report = Json($"{good}\n{{\"x\":\"{new string('x', 1_000_000)}\"}}\n{good}\n");

        Assert.Equal(2, (int)report["conversions"]!["sent"]!);
        Assert.InRange((int)report["bad_lines"]!, 1, 10);
    }

    [Fact]
    public void A_prefix_of_a_tool_that_collects_logs_is_skipped() =>
        Assert.Equal(1, (int)Json("""shim-1  | {"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":1}""")["conversions"]!["sent"]!);

    [Fact]
    public void Invented_partners_do_not_cost_memory_without_bound()
    {
        var lines = Enumerable.Range(0, 1500).Select(partner =>
            $$"""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"RequestHandled","SchemaVersion":1,"PartnerKey":"{{partner}}","ElapsedMs":1}""");

        var partners = (JsonObject)Json(string.Join('\n', lines))["latency_ms"]!["by_partner"]!;

        Assert.Equal(1001, partners.Count);
        Assert.Equal(500, (int)partners["(other)"]!["count"]!);
    }

    [Fact]
    public void Whose_click_is_waited_for_is_neither_a_hit_nor_a_miss_until_that_is_over()
    {
        const string held = """{"@t":"2026-05-04T03:02:01Z","Event":"RequestHandled","SchemaVersion":1,"Outcome":"held","Reason":"no_click","ElapsedMs":1}""";
        static string Ended(string end, string reason) =>
            $$"""{"@t":"2026-05-04T03:02:02Z","Event":"HoldEnded","SchemaVersion":1,"Result":"{{end}}","Reason":{{reason}}}""";

        Assert.Equal((0, 0), Clicks(held, held));
        Assert.Equal((1, 0), Clicks(held, held, Ended("click_found", "null")));
        Assert.Equal((0, 1), Clicks(held, Ended("handed_over", "\"no_click\"")));
        Assert.Equal((0, 1), Clicks(held, Ended("handed_over", "\"malformed_click\"")));

        // A click was found, of another partner.
        Assert.Equal((1, 0), Clicks(held, Ended("handed_over", "\"partner_mismatch\"")));

        (int Hits, int Misses) Clicks(params string[] lines)
        {
            var clicks = Json(string.Join('\n', lines))["clicks"]!;
            return ((int)clicks["hits"]!, (int)clicks["misses"]!);
        }
    }

    [Fact]
    public void Several_files_are_one_log()
    {
        var sent = """{"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":1}""";

        var (code, output) = Run("", "--json", File("one", sent), File("two", sent + "\n" + sent));

        Assert.Equal(0, code);
        Assert.Equal(3, (int)JsonNode.Parse(output)!["conversions"]!["sent"]!);
    }

    [Fact]
    public void People_get_a_table()
    {
        var partner = "\u001b[31mred";
        var request = """{"@t":"2026-05-04T03:02:01Z","Event":"RequestHandled","SchemaVersion":1,"Outcome":"fallback","Reason":"no_click","ElapsedMs":1500""";
        var (code, output) = Run(
            $$"""
            {{request}},"PartnerKey":{{JsonValue.Create(partner).ToJsonString()}}}
            {"@t":"2026-05-04T03:02:02Z","Event":"ConversionSent","SchemaVersion":1,"Inline":true}
            nonsense
            """);

        Assert.Equal(0, code);
        Assert.Equal(
            """
            3 lines, 1 of them no events of this log, from 2026-05-04 03:02:01Z to 2026-05-04 03:02:02Z

            Conversions
              sent                                        1
                before the caller was answered            1
                in the background                         0
              verified                                    0
              unverified                                  1
              phantoms                                    0

            Clicks
              found                                       0
              not found                                   1
              hit rate                                0.0 %

            Requests by outcome
              fallback                                    1

            Fallbacks by reason
              no_click                                    1

            Latency in milliseconds                   count        p50        p90        p99        max
              all requests                                1   1,499.14   1,499.14   1,499.14   1,500.00
              attempts at the Conversion API              0       0.00       0.00       0.00       0.00
              partner ?[31mred                            1   1,499.14   1,499.14   1,499.14   1,500.00

            """,
            output);
    }

    [Fact]
    public void A_long_file_shows_how_far_it_is()
    {
        var line = """{"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":1}""" + "\n";
        var file = File("long", string.Concat(Enumerable.Repeat(line, 25_000)));
        _time.AutoAdvanceAmount = TimeSpan.FromSeconds(3);

        var (code, output) = Run("", "--json", file);

        Assert.Equal((0, 25_000), (code, (int)JsonNode.Parse(output)!["lines"]!));
        Assert.Equal([$"{file}: 10000 lines, 40 %", $"{file}: 20000 lines, 80 %"], _errors.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_file_that_is_read_at_once_shows_nothing_but_the_report()
    {
        Run(string.Concat(Enumerable.Repeat("no event\n", 25_000)));

        Assert.Equal("", _errors.ToString());
    }

    [Fact]
    public void An_empty_log_is_no_error()
    {
        var (code, output) = Run("");

        Assert.Equal(0, code);
        Assert.StartsWith("0 lines, no event\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_said()
    {
        var (code, output) = Run("", Path.Combine(_folder.Path, "nothing.log"));

        Assert.Equal((66, ""), (code, output));
        Assert.Contains("nothing.log", _errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Whoever_sits_at_the_terminal_is_told_what_it_waits_for(bool asTerminal, int lines)
    {
        using var stdin = new MemoryStream();
        using var stdout = new MemoryStream();

        Assert.Equal(0, ReportCommand.Run([], json: false, shadow: false, stdin, stdout, _errors, _time, asTerminal));

        Assert.Equal(lines, _errors.ToString().Split("standard input").Length - 1);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _errors.Dispose();
    }

    [Fact]
    public void Of_the_shadow_the_first_sentence_says_it_all()
    {
        var log = string.Join('\n', new (string Outcome, string? WouldBe, string? Reason, string Customer)[]
        {
            ("shadowed", "converted", null, "a"), ("shadowed", "fallback", "no_click", "b"), ("shadowed", "fallback", "no_click", "a"), ("shadowed", "fallback", "partner_mismatch", "c"),
            ("passthrough", null, "query_string", ""), ("passthrough", null, null, ""),
        }.Select(call => new JsonObject
        {
            ["@t"] = "2026-05-04T03:02:01.0000000Z",
            ["Event"] = "RequestHandled",
            ["SchemaVersion"] = 1,
            ["Outcome"] = call.Outcome,
            ["Reason"] = call.Reason,
            ["CustomerRef"] = call.Customer,
            ["WouldBe"] = call.WouldBe,
            ["PartnerMismatch"] = call.Reason == "partner_mismatch",
            ["PartnerKey"] = "lovelace",
            ["ClickPartnerKey"] = "hopper",
        }.ToJsonString()));

        var (code, output) = Run(log, "--shadow");

        Assert.Equal(0, code);
        Assert.StartsWith(
            "Had it been live: 1 conversion, and 2 customers left to the Customer API as before; the largest reasons, by calls: no_click (2): See that the site writes it before the app calls",
            output, StringComparison.Ordinal);
        Assert.Contains("partner_mismatch (1): Set Conversions:OnPartnerMismatch to Convert", output, StringComparison.Ordinal);
        Assert.Contains("query_string (1): Let the app call the bare path.", output, StringComparison.Ordinal);
        Assert.Contains("lovelace -> hopper", output, StringComparison.Ordinal);
    }

    private JsonNode Json(string log)
    {
        var (code, output) = Run(log, "--json");
        Assert.Equal(0, code);
        return JsonNode.Parse(output)!;
    }

    private (int Code, string Output) Run(string input, params string[] arguments)
    {
        using var stdin = new MemoryStream(Encoding.UTF8.GetBytes(input));
        using var stdout = new MemoryStream();
        var code = ReportCommand.Run([.. arguments.Except(["--json", "--shadow"])], arguments.Contains("--json"), arguments.Contains("--shadow"), stdin, stdout, _errors, _time);
        return (code, Encoding.UTF8.GetString(stdout.ToArray()));
    }

    private string File(string name, string content)
    {
        var path = Path.Combine(_folder.Path, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
