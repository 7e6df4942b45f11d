using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Clicks;
using ProxyShim.Clicks.Import;
using ProxyShim.Customers;
using ProxyShim.Redis;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Clicks.Import;

[RedisSuite]
public sealed class ClickImportTests(TestRedis redis) : IDisposable
{
    private static readonly long s_now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private readonly ShimMetrics _metrics = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Auto", false)]
    [InlineData("Auto", true)]
    [InlineData("Hash", false)]
    public async Task Rows_are_written_and_the_same_file_again_changes_nothing(string format, bool zipped)
    {
        await using var scope = await redis.OpenAsync();
        var (import, store) = New(scope, format);
        var file = Bytes(string.Concat(Enumerable.Range(0, 2500).Select(i => $$"""
            {"xid":"X{{i}}","partner_key":"lovelace","sub_ids":["a"],"clicked_at":{{s_now - 1000}},"customer_key":"c{{i}}"}

            """)), zipped);

        Assert.Equal((2500, 2500, 0, 0, 0), Sum(await import.RunAsync(new MemoryStream(file), dryRun: false, Cancellation)));
        Assert.Equal((2500, 0, 2500, 0, 0), Sum(await import.RunAsync(new MemoryStream(file), dryRun: false, Cancellation)));
        Assert.Equal(2500, (await scope.KeysAsync()).Count);
        var click = await FindAsync(store, scope, "c2499");
        Assert.Equal(("X2499", "lovelace", "a"), (click!.Xid.Value, click.PartnerKey, Assert.Single(click.SubIds!)));
    }

    [Theory]
    [InlineData(',', false)]
    [InlineData(';', true)]
    [InlineData('\t', false)]
    public async Task A_table_is_read_by_its_header_with_quotation_marks_as_spreadsheets_write_them(char separator, bool zipped)
    {
        await using var scope = await redis.OpenAsync();
        var (import, store) = New(scope);
        var text = $"\uFEFFcustomer_key,ps_xid,ps_partner_key,sub_ids,user_agent,clicked_at\r\nc1,X1,bG92ZWxhY2U,a|b,\"Fire\"\"fox\nII\",{s_now}\r\n\r\n\"c2\",X2,,,,\r\nc3,X3,hopper,,,"
            .Replace(',', separator);

        Assert.Equal((3, 3, 0, 0, 0), Sum(await import.RunAsync(new MemoryStream(Bytes(text, zipped)), dryRun: false, Cancellation)));

        var click = await FindAsync(store, scope, "c1");
        Assert.Equal(("X1", "lovelace", "Fire\"fox\nII"), (click!.Xid.Value, click.PartnerKey, click.UserAgent.ToString()));
        Assert.Equal(["a", "b"], click.SubIds!);
        Assert.Equal(("X2", null), ((await FindAsync(store, scope, "c2"))!.Xid.Value, (await FindAsync(store, scope, "c2"))!.PartnerKey));
        Assert.Equal("X3", (await FindAsync(store, scope, "c3"))!.Xid.Value);
    }

    [Fact]
    public async Task The_example_of_the_page_is_written_and_what_is_over_counts_as_older()
    {
        await using var scope = await redis.OpenAsync();
        var example = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "config", "clicks.md"), Cancellation)).Split("```csv\n")[1].Split("```")[0];
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1777863600000) + TimeSpan.FromHours(1));
        var (import, store) = New(scope, time: time);

        Assert.Equal((2, 2, 0, 0, 0), Sum(await import.RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(example)), dryRun: false, Cancellation)));
        Assert.Equal(["blog", "notebook"], (await FindAsync(store, scope, "acct_42"))!.SubIds!);
        Assert.Equal("Y5hI6jK7lM8n", (await FindAsync(store, scope, "acct_43"))!.Xid.Value);

        time.Advance(TimeSpan.FromDays(90));
        Assert.Equal((2, 0, 1, 1, 0), Sum(await import.RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(example)), dryRun: false, Cancellation)));
    }

    /// <summary>Rows of many lengths, with what is written otherwise in a file than it is meant.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_row_says_is_its_own(bool isTable)
    {
        await using var scope = await redis.OpenAsync();
        var (import, store) = New(scope);
        string[] ends = ["", "é€😀", "\"quoted\"", "\\", "a,b;c"];
        var agents = Enumerable.Range(0, 700).Select(i => new string((char)('a' + (i % 26)), 1 + (i % 97)) + ends[i % ends.Length]).ToArray();
        var rows = agents.Select((agent, i) => isTable
            ? $"c{i},X{i},p{i % 7},s{i}|t,\"{agent.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{s_now - i}"
            : $$"""
                {"customer_key":"c{{i}}","xid":"X{{i}}","partner_key":"p{{i % 7}}","sub_ids":["s{{i}}","t"],"user_agent":{{JsonSerializer.Serialize(agent)}},"clicked_at":{{s_now - i}}}
                """);

        var report = await RunAsync(import, string.Join('\n', isTable ? rows.Prepend("customer_key,xid,partner_key,sub_ids,user_agent,clicked_at") : rows));

        Assert.Equal((700, 700, 0, 0, 0), Sum(report));
        for (var i = 0; i < agents.Length; i += 13)
        {
            var click = (await FindAsync(store, scope, $"c{i}"))!;
            Assert.Equal((agents[i], s_now - i), (click.UserAgent.ToString(), click.When!.Value.ToUnixTimeMilliseconds()));
            Assert.Equal(($"X{i}", $"p{i % 7}"), (click.Xid.Value, click.PartnerKey));
            Assert.Equal([$"s{i}", "t"], click.SubIds!);
        }
    }

    [Fact]
    public async Task The_newer_click_stays_and_the_older_one_is_counted()
    {
        await using var scope = await redis.OpenAsync();
        var (import, store) = New(scope);

        var file = string.Create(CultureInfo.InvariantCulture, $"""
            xid,customer_key,clicked_at
            new,c1,{s_now - 1000}
            old,c1,{s_now - 2000}
            over,c2,{s_now - (long)TimeSpan.FromDays(91).TotalMilliseconds}
            """);

        Assert.Equal((3, 1, 0, 2, 0), Sum(await RunAsync(import, file)));
        Assert.Equal("new", (await FindAsync(store, scope, "c1"))!.Xid.Value);
        Assert.Null(await FindAsync(store, scope, "c2"));
    }

    [Fact]
    public async Task Bad_rows_are_told_by_line_and_reason_without_what_they_hold_and_the_others_are_written()
    {
        await using var scope = await redis.OpenAsync();
        var (import, store) = New(scope);
        var huge = new string('x', 10_000_000);

        var report = await RunAsync(import, $$"""
            {"xid":"X1","customer_key":"c1"}
            canary
            {"customer_key":"canary"}

            {"xid":"can ary","customer_key":"canary"}
            {"xid":"canary"}
            {"xid":"X2","customer_key":"canary","user_agent":"{{huge}}"}
            {{huge}}
            {"xid":"X2","customer_key":"c2"}
            """);

        Assert.Equal((8, 2, 0, 0, 6), Sum(report));
        Assert.Equal([2L, 3, 5, 6, 7, 8], report.Bad.Select(row => row.Line));
        string[] begins = ["The body is not valid JSON", "xid is missing", "xid is not a click id", "Who the customer is fills no template", "The row is longer than", "The row is longer than"];
        Assert.All(report.Bad.Zip(begins), pair => Assert.StartsWith(pair.Second, pair.First.Reason, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", string.Concat(report.Bad.Select(row => row.Reason)), StringComparison.Ordinal);
        Assert.Equal("X2", (await FindAsync(store, scope, "c2"))!.Xid.Value);
    }

    [Theory]
    [InlineData("""{"xid":"canary@acme.com","customer_key":"c1"}""")]
    [InlineData("xid,customer_key\ncanary@acme.com,c1")]
    public async Task A_row_whose_click_id_is_an_address_is_a_bad_one(string file)
    {
        await using var scope = await redis.OpenAsync();
        var (import, _) = New(scope);

        var report = await RunAsync(import, file);

        Assert.Equal((1, 0, 0, 0, 1), Sum(report));
        Assert.StartsWith("xid is not a click id", Assert.Single(report.Bad).Reason, StringComparison.Ordinal);
        Assert.Empty(await scope.KeysAsync());
    }

    [Fact]
    public async Task A_quotation_mark_that_nobody_closes_costs_its_own_row_and_no_other()
    {
        await using var scope = await redis.OpenAsync();
        var (import, _) = New(scope);
        var rows = string.Concat(Enumerable.Range(0, 5000).Select(i => $"X{i},c{i},{(i is 700 or 4990 ? "\"open" : "Firefox")}\n"));

        var report = await RunAsync(import, $"xid,customer_key,user_agent\n{rows}X,c,many,fields,here\nX,few\n{new string('"', 200_000)}\nX,c,last");

        Assert.Equal((5004, 4999, 0, 0, 5), Sum(report));
        Assert.Equal([702L, 4992, 5002, 5003, 5004], report.Bad.Select(row => row.Line));
    }

    [Theory]
    [InlineData("id,customer_key\nX1,c1\n")]
    [InlineData("xid,xid\nX1,c1\n")]
    [InlineData("[{\"xid\":\"X1\"}]")]
    public async Task A_file_that_is_neither_is_refused_with_the_names(string file)
    {
        await using var scope = await redis.OpenAsync();

        var refusal = await Assert.ThrowsAsync<ImportException>(() => RunAsync(New(scope).Import, file));
        Assert.Contains("xid, ps_xid, gsxid, partner_key", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_gzip_is_told_and_what_came_before_stays()
    {
        await using var scope = await redis.OpenAsync();
        var file = Bytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{{\"xid\":\"X{i}\",\"customer_key\":\"c{i}\"}}\n")), zipped: true);
        Array.Clear(file, file.Length - 2000, 100);

        await Assert.ThrowsAsync<ImportException>(() => New(scope).Import.RunAsync(new MemoryStream(file), dryRun: false, Cancellation));
        Assert.NotEmpty(await scope.KeysAsync());
    }

    [Fact]
    public async Task A_trial_writes_nothing()
    {
        await using var scope = await redis.OpenAsync();

        var report = await New(scope).Import.RunAsync(new MemoryStream(Bytes("xid,customer_key\nX1,c1\n,c2\n", zipped: false)), dryRun: true, Cancellation);

        Assert.Equal((2, 1, 0, 0, 1), Sum(report));
        Assert.Empty(await scope.KeysAsync());
    }

    [Fact]
    public async Task Nothing_is_a_file_without_rows()
    {
        await using var scope = await redis.OpenAsync();
        Assert.Equal((0, 0, 0, 0, 0), Sum(await RunAsync(New(scope).Import, "")));
    }

    public void Dispose() => _metrics.Dispose();

    private static Task<ImportReport> RunAsync(ClickImport import, string file) => import.RunAsync(new MemoryStream(Bytes(file, zipped: false)), dryRun: false, Cancellation);

    private static (long, long, long, long, long) Sum(ImportReport report) => (report.Read, report.Written, report.Same, report.Older, report.BadCount);

    private static async Task<Click?> FindAsync(ClickStore store, RedisScope scope, string key) =>
        (await store.FindAsync(scope.Database, new CustomerIdentity(key))).Click;

    private static byte[] Bytes(string text, bool zipped)
    {
        if (!zipped)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }

    private (ClickImport Import, ClickStore Store) New(RedisScope scope, string format = "Auto", TimeProvider? time = null)
    {
        var settings = Given.Settings(("Clicks:Keys:0", scope.Key("click:{customer_key}")), ("Clicks:Format", format), ("Redis:Timeout", "10s"));
        var gate = new RedisGate(settings.Redis, TimeProvider.System, () => Task.FromResult(scope.Connection));
        return (new ClickImport(new ClickWriter(settings.Clicks, gate, time ?? TimeProvider.System), _metrics, time ?? TimeProvider.System), new ClickStore(settings.Clicks));
    }
}
