using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ProxyShim.Customers;
using ProxyShim.Management.Reporting;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Management.Reporting;

/// <summary>Which partner and which subID bring customers who pay, and how long it takes: counted by jq in another way.</summary>
public sealed class ChainReportTests
{
    private const string Count =
        """
        def rank($share): sort | if length == 0 then null else .[(($share * length) | ceil) - 1] end;
        def names: if $by == "partner" then [.PartnerKey // "(none)"] elif .SubIds == null then ["(none)"] else .SubIds | split("|") end;
        [inputs | select(.Event == "ConversionSent" or .Event == "ConversionVerified" or ((.Event == "RequestHandled" or .Event == "CallPlayed") and .Amount != null))]
        | (reduce (to_entries[] | select(.value.Amount != null)) as $line ({}; if has($line.value.CustomerRef) then . else .[$line.value.CustomerRef] = $line.key end)) as $first
        | to_entries | map(.key as $key | .value | names[] as $name | . + {name: $name, key: $key}) | group_by(.name)
        | map({
            name: .[0].name, conversions: map(select(.Event == "ConversionSent")) | length, verified: map(select(.Event == "ConversionVerified")) | length,
            sales: map(select(.Amount != null)) | length,
            revenue: map(select(.Amount != null)) | group_by(.Currency) | map({key: (.[0].Currency // "(none)"), value: (map(.Amount * 100 | round) | add)}) | from_entries,
            click: (map(select(.Event == "ConversionSent" and .ClickAgeMs != null) | .ClickAgeMs) | [length, rank(0.5), rank(0.9)]),
            sale: (map(select(.Amount != null and .key == $first[.CustomerRef]) | .SignupAgeMs) | [length, rank(0.5), rank(0.9)])
          })
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("partner")]
    [InlineData("subid")]
    public async Task Its_figures_are_those_of_jq(string by)
    {
        var jq = Require.Program("jq", "jq");
        using var folder = new TemporaryFolder();
        var (file, script) = (Path.Combine(folder.Path, "log"), Path.Combine(folder.Path, "count.jq"));
        await File.WriteAllLinesAsync(file, Lines(4_000), Cancellation);
        await File.WriteAllTextAsync(script, Count, Cancellation);

        var counted = JsonNode.Parse(await ChildProcess.RunAsync(jq, ["-n", "--arg", "by", by, "-f", script, file], TimeSpan.FromMinutes(1), cancellation: Cancellation))!.AsArray();
        CountedByJq.AssertAll(counted, Run(by, await File.ReadAllBytesAsync(file, Cancellation), json: true), (theirs, ours) =>
        {
            AssertWaits(theirs["click"]!.AsArray(), ours["click_to_signup_ms"]!);
            AssertWaits(theirs["sale"]!.AsArray(), ours["signup_to_first_sale_ms"]!);
        });
    }

    [Fact]
    public void More_partners_than_it_tells_apart_are_added_up_together()
    {
        var report = new ChainReport(bySubId: false);
        var entry = new LogEntry(new StringPool(), ReportKind.Chain);
        for (var number = 0; number < 100_000; number++)
        {
            Assert.True(entry.TryRead(Encoding.UTF8.GetBytes(
                $$"""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":1,"PartnerKey":"p{{number}}","ClickAgeMs":1000}""")));
            report.Add(entry);
        }

        Assert.Equal((100_000, ChainReport.MaxNames + 1), (report.Total.Conversions, report.NameCount));
        Assert.Equal(100_000 - ChainReport.MaxNames, report.Names.First().Value.Conversions);
    }

    [Fact]
    public void People_and_spreadsheets_get_the_same()
    {
        var log = new CapturedLog();
        var conversion = new LoggedConversion("ada", "xid", "=cmd,\"1\"", "default", "4bf92f3577b34da6a3ce929d0e0e4736");
        LogEvents.ConversionSent(log.Events, conversion, true, 1, default, null, TimeSpan.FromDays(3));
        LogEvents.CallPlayed(
            log.Events, new("ada", "/api/v2/transactions", "POST", "default", conversion.TraceId), 1, 200, default,
            new Referral("xid", conversion.PartnerKey, null, default), TimeSpan.FromHours(1), new Sale(1234.5m, "EUR"));
        var lines = Encoding.UTF8.GetBytes(string.Join('\n', log.Lines));

        Assert.Equal(
            "partner,conversions,verified,verified_share,sales,click_to_signup_p50_ms,click_to_signup_p90_ms,signup_to_first_sale_p50_ms,signup_to_first_sale_p90_ms,revenue_EUR\r\n"
            + "\"'=cmd,\"\"1\"\"\",1,0,0,1,259200000,259200000,3600000,3600000,1234.5\r\n", Run("partner", lines, csv: true));
        var table = Run("partner", lines);
        Assert.Contains("1,234.5 EUR", table, StringComparison.Ordinal);
        Assert.Contains("3.0 d", table, StringComparison.Ordinal);
        Assert.Contains("1.0 h", table, StringComparison.Ordinal);
    }

    private static string Run(string by, byte[] lines, bool json = false, bool csv = false)
    {
        using var output = new MemoryStream();
        Assert.Equal(0, ReportCommand.Run([], json, shadow: false, new MemoryStream(lines), output, TextWriter.Null, TimeProvider.System, by: by, csv: csv));
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static void AssertWaits(JsonArray exact, JsonNode reported)
    {
        Assert.Equal((int)exact[0]!, (int)reported["count"]!);
        foreach (var (position, name) in (ReadOnlySpan<(int, string)>)[(1, "p50"), (2, "p90")])
        {
            Assert.Equal(exact[position] is null, reported[name] is null);
            Assert.True(exact[position] is null || Math.Abs(((double)reported[name]! / (double)exact[position]!) - 1) < 0.011);
        }
    }

    private static IReadOnlyList<string> Lines(int count)
    {
        var (log, random) = (new CapturedLog(), new Random(20260504));
        for (var line = 0; line < count; line++)
        {
            var customer = random.Next(2000).ToString("x32", CultureInfo.InvariantCulture);
            var partner = random.Next(20) == 0 ? null : $"partner-{random.Next(60)}";
            string[]? subIds = random.Next(3) switch { 0 => null, 1 => [$"sub-{random.Next(300)}"], _ => [$"sub-{random.Next(300)}", $"place-{random.Next(9)}"] };
            var conversion = new LoggedConversion(customer, "xid", partner, "default", "4bf92f3577b34da6a3ce929d0e0e4736");
            var referral = new Referral("xid", partner, subIds is null ? null : string.Join('|', subIds), default);
            var wait = TimeSpan.FromMilliseconds(Math.Round(Math.Exp(1 + (random.NextDouble() * 21)), 3));
            var sale = new Sale(random.Next(-1000, 100_000) / 100m, random.Next(3) switch { 0 => "USD", 1 => "EUR", _ => null });
            switch (random.Next(5))
            {
                case 0:
                    LogEvents.ConversionSent(log.Events, conversion, true, 1, default, subIds, random.Next(4) == 0 ? null : wait);
                    break;
                case 1:
                    LogEvents.ConversionVerified(log.Events, conversion, null, 1, 1, default, default, subIds);
                    break;
                case 2:
                    LogEvents.CallPlayed(log.Events, new(customer, "/api/v2/transactions", "POST", "default", conversion.TraceId), 1, 200, default, referral, wait, sale);
                    break;
                default:
                    var record = new RequestRecord
                    {
                        TraceId = conversion.TraceId!,
                        Route = "/api/v2/transactions",
                        CustomerRef = customer,
                        Referral = referral,
                        SignupAge = wait,
                        Sale = random.Next(4) == 0 ? default : sale,
                    };
                    LogEvents.RequestHandled(log.Events, record, "POST", 200, default);
                    break;
            }
        }

        return log.Lines;
    }
}
