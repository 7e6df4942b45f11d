using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyShim.Testing;
using ProxyShim.Tests.Management.Reporting;
using Xunit;

namespace ProxyShim.Tests.Readers;

/// <summary>What <c>config/readers</c> says is what those programs do with the log.</summary>
public sealed partial class ReadersTests
{
    private const int Lines = 5_000;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);
    private static readonly string s_folder = Path.Combine(Repository.Root, "config", "readers");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Program and Debian package. DuckDB is no package: it is tried where somebody has it.</summary>
    public static TheoryData<string, string> Programs { get; } =
    [
        ("jq", "jq"), ("lnav", "lnav"), ("mlr", "miller"), .. SearchPath.Find("duckdb") is null ? (IEnumerable<(string, string)>)[] : [("duckdb", "")],
    ];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task The_commands_that_stand_there_add_up_what_the_log_says(string program, string package)
    {
        Require.Program(program, package);
        using var folder = new TemporaryFolder();
        var sales = await WriteLogAsync(Path.Combine(folder.Path, "proxyshim.log"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "config"), Path.Combine(Repository.Root, "config"));
        var commands = Commands(program);
        Assert.NotEmpty(commands);

        // Where lnav installs a format is the user's own folder.
        var environment = new Dictionary<string, string> { ["HOME"] = folder.Path, ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["TERM"] = "dumb" };
        await using var shell = ChildProcess.Start("sh", ["-euc", string.Join('\n', commands)], environment, folder.Path);
        Assert.True(await shell.WaitForExitAsync(s_limit, Cancellation) == 0, shell.Describe());

        // How nothing is written is each program's own.
        var told = shell.Output.Select(static line => line.Replace("\"", "", StringComparison.Ordinal).Split(','))
            .Where(static row => row is [_, "USD" or "EUR", _, _] && row[0].StartsWith("partner-", StringComparison.Ordinal))
            .ToDictionary(
                static row => (row[0], row[1]),
                static row => (Count: int.Parse(row[2], CultureInfo.InvariantCulture), Sum: double.Parse(row[3], CultureInfo.InvariantCulture)));
        Assert.InRange(sales.Count, 100, Lines);
        Assert.Equal(sales.Keys.Order(), told.Keys.Order());
        Assert.All(sales, sale =>
        {
            Assert.Equal(sale.Value.Count, told[sale.Key].Count);
            Assert.Equal((double)sale.Value.Sum, told[sale.Key].Sum, 0.001);
        });
    }

    [Fact]
    public async Task A_collector_s_example_is_YAML_and_names_fields_that_there_are()
    {
        var ruby = Require.Program("ruby", "ruby");
        using var schema = JsonDocument.Parse(await File.ReadAllTextAsync(LogSchema.Path, Cancellation));
        var known = schema.RootElement.GetProperty("$defs").EnumerateObject()
            .Where(static definition => definition.Value.TryGetProperty("properties", out _))
            .SelectMany(static definition => definition.Value.GetProperty("properties").EnumerateObject()).Select(static field => field.Name).ToHashSet(StringComparer.Ordinal);

        foreach (var (file, fields) in s_collectors)
        {
            var json = await ChildProcess.RunAsync(
                ruby, ["-ryaml", "-rjson", "-e", "puts YAML.load_file(ARGV[0]).to_json", Path.Combine(s_folder, file)], s_limit, cancellation: Cancellation);
            var named = fields(JsonElement.Parse(json)).ToList();

            Assert.NotEmpty(named);
            Assert.Empty(named.Except(known));
        }
    }

    [Fact]
    public async Task The_format_of_lnav_names_fields_that_there_are()
    {
        var format = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(s_folder, "proxyshim.lnav.json"), Cancellation)).GetProperty("proxyshim_log");
        var schema = await File.ReadAllTextAsync(LogSchema.Path, Cancellation);

        var named = format.GetProperty("value").EnumerateObject().Select(static field => field.Name)
            .Concat(((string[])["timestamp-field", "level-field", "body-field", "opid-field"]).Select(name => format.GetProperty(name).GetString()!));

        Assert.All(named, name => Assert.Contains($"\"{name}\": {{", schema, StringComparison.Ordinal));
    }

    // Where each of them names fields of the log.
    private static readonly (string File, Func<JsonElement, IEnumerable<string>> Fields)[] s_collectors =
    [
        ("promtail.yaml", static root => root.GetProperty("scrape_configs")[0].GetProperty("pipeline_stages")[0].GetProperty("json").GetProperty("expressions")
            .EnumerateObject().Select(static field => field.Value.GetString()!.Trim('"'))),
        ("fluent-bit.yaml", static root =>
        [
            root.GetProperty("parsers")[0].GetProperty("time_key").GetString()!,
            root.GetProperty("pipeline").GetProperty("filters")[0].GetProperty("regex").GetString()!.Split(' ')[0],
        ]),
        ("vector.yaml", static root => root.GetProperty("transforms").EnumerateObject()
            .SelectMany(static transform => transform.Value.EnumerateObject().Where(static part => part.Name is "source" or "condition"))
            .SelectMany(static part => VectorField().Matches(part.Value.GetString()!)).Select(static match => match.Groups[1].Value)),
    ];

    private static List<string> Commands(string program) =>
        [.. Block().Matches(File.ReadAllText(Path.Combine(s_folder, "README.md"))).Select(static match => match.Groups[1].Value.Split('\n'))
            .Where(block => block[0].StartsWith($"{program} ", StringComparison.Ordinal)).SelectMany(static block => block)];

    /// <returns>How many sales, and their sum, by partner and currency, where both are told.</returns>
    private static async Task<Dictionary<(string Partner, string Currency), (int Count, decimal Sum)>> WriteLogAsync(string file)
    {
        using var log = new MemoryStream();
        new SyntheticLog(log, seed: 20260504).Write(Lines);

        // Without what is no event of it: not each of these programs reads past that.
        var lines = Encoding.UTF8.GetString(log.ToArray()).Split('\n').Where(static line => line.Contains("\"SchemaVersion\":1", StringComparison.Ordinal)).ToList();
        await File.WriteAllLinesAsync(file, lines, Cancellation);
        return lines.Select(static line => JsonElement.Parse(line))
            .Where(static line => line.TryGetProperty("Amount", out var amount) && amount.ValueKind == JsonValueKind.Number)
            .GroupBy(static line => (line.GetProperty("PartnerKey").GetString()!, line.GetProperty("Currency").GetString()!))
            .Where(static group => group.Key is ({ }, { }))
            .ToDictionary(static group => group.Key, static group => (group.Count(), group.Sum(static line => line.GetProperty("Amount").GetDecimal())));
    }

    [GeneratedRegex("```sh\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("""\."?(@t|[A-Z]\w*)""")]
    private static partial Regex VectorField();
}
