using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyShim.Conversions;
using ProxyShim.Rollout;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyShim.Tests.Telemetry;

// Every line of every test is held to the schema as it is written (CapturedLog, ShimProcess); here the schema itself is looked at.
public class LogSchemaTests
{
    private const string Validate =
        """
        import json, sys, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for line in open(sys.argv[2]):
            print('valid' if validator.is_valid(json.loads(line)) else 'invalid')
        """;

    private static readonly JsonElement s_schema = JsonElement.Parse(File.ReadAllText(LogSchema.Path));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_reason_outcome_and_mode_of_the_code_is_in_it()
    {
        Assert.Equal(
            [.. Values("RequestHandled", "Reason"), .. Values("ConversionVerified", "Reason"), .. Values("ConversionDead", "Reason"), .. Values("CallDead", "Reason")],
            Constants(typeof(Reasons)));
        Assert.Equal(Values("RequestHandled", "Outcome"), Statics<Outcome>().Select(outcome => outcome.Name).ToHashSet());
        Assert.Equal(Values("RequestHandled", "Mode"), Enum.GetNames<RolloutMode>().ToHashSet());
    }

    [Fact]
    public void Every_result_of_an_attempt_is_in_it_and_every_error_has_its_form()
    {
        Assert.Equal(Values("DeliveryAttempted", "Result"), Enum.GetValues<AttemptResult>().Select(AnswerMeanings.Name).ToHashSet());
        var form = s_schema.GetProperty("$defs").GetProperty("error").GetProperty("pattern").GetString()!;
        Assert.All(Enum.GetNames<ForwarderError>(), name => Assert.Matches(form, LogEvents.WordOf(name)));
    }

    [Fact]
    public void Every_field_of_every_event_is_one_that_the_code_writes()
    {
        var written = SampleLines.OfEveryEvent().ToLookup(line => line["Event"]!.GetValue<string>(), line => line.Select(field => field.Key));
        foreach (var branch in s_schema.GetProperty("oneOf").EnumerateArray())
        {
            var name = branch.GetProperty("$ref").GetString()!.Split('/')[^1];
            var fields = s_schema.GetProperty("$defs").GetProperty(name).GetProperty("properties").EnumerateObject().Select(field => field.Name);
            Assert.Equal(fields.Order(StringComparer.Ordinal), written[name].SelectMany(line => line).Distinct().Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void The_page_about_the_log_names_every_event()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "config", "telemetry.md"));
        Assert.All(SampleLines.OfEveryEvent().Select(line => line["Event"]!.GetValue<string>()), name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_alert_of_the_code_is_in_it()
    {
        Assert.Equal(Values("Alert", "Alert"), Statics<Alert>().Select(alert => alert.Name).ToHashSet());
        Assert.Equal(Values("Alert", "Detail"), Statics<Alert>().Select(alert => alert.Detail).ToHashSet());
        Assert.Equal(Alert.All, Statics<Alert>());
        Assert.Equal(Values("Degraded", "Part"), HealthComponent.All.Select(part => part.Name).ToHashSet());
        Assert.Equal(HealthComponent.All, Statics<HealthComponent>());
        Assert.Equal(Values("Degraded", "Reason"), HealthComponent.All.SelectMany(part => part.Reasons).ToHashSet());
    }

    [Fact]
    public void Every_field_says_what_it_means_and_every_number_its_unit()
    {
        var definitions = s_schema.GetProperty("$defs");
        var fields = definitions.EnumerateObject().SelectMany(definition =>
            definition.Value.TryGetProperty("properties", out var properties) ? [.. properties.EnumerateObject()] : new[] { definition });
        foreach (var field in fields.Where(field => field.Name is not "Event"))
        {
            var rule = field.Value;
            var target = rule.TryGetProperty("$ref", out var reference) ? definitions.GetProperty(reference.GetString()!.Split('/')[^1]) : rule;
            Assert.True(target.TryGetProperty("description", out _), $"{field.Name} has no description");
            var type = target.TryGetProperty("type", out var given) ? given.ToString() : "";
            var isNumber = type.Contains("number", StringComparison.Ordinal) || type.Contains("integer", StringComparison.Ordinal);
            Assert.Equal(isNumber && !field.Name.Contains("tatus", StringComparison.Ordinal), target.TryGetProperty("x-unit", out _));
        }
    }

    [Fact]
    public async Task Our_validator_judges_as_an_independent_one_does()
    {
        var python = Require.Program("python3", "python3 python3-jsonschema");
        Require.That(await HasJsonSchemaAsync(python), "python3 has no module jsonschema", "apt-get install python3-jsonschema");
        string[] lines = [.. SampleLines.OfEveryEvent().SelectMany(Spoil).Select(line => line.ToJsonString())];
        using var folder = new TemporaryFolder();
        var script = Path.Combine(folder.Path, "validate.py");
        var input = Path.Combine(folder.Path, "lines");
        await File.WriteAllTextAsync(script, Validate, Cancellation);
        await File.WriteAllLinesAsync(input, lines, Cancellation);

        var verdicts = (await ChildProcess.RunAsync(python, [script, LogSchema.Path, input], TimeSpan.FromMinutes(1), cancellation: Cancellation)).Split('\n');

        Assert.Equal(lines.Length, verdicts.Length);
        Assert.Contains("valid", verdicts);
        Assert.Contains("invalid", verdicts);
        Assert.All(lines.Zip(verdicts), pair => Assert.True((LogSchema.ErrorsOf(pair.First).Count == 0) == (pair.Second == "valid"), $"{pair.Second}: {pair.First}"));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"Unknown","SchemaVersion":1}""")]
    [InlineData("""{"@t":"2026-05-04T03:02:01.0000000Z","@t":"2026-05-04T03:02:01.0000000Z","@l":"Error","Event":"Alert","SchemaVersion":1,"Alert":"token_refused","Detail":"redirect"}""")]
    public void What_is_not_an_event_is_refused(string line) => Assert.NotEmpty(LogSchema.ErrorsOf(line));

    // The line as it is, and with each of its fields left out, null, a text, a negative number; and with one that nobody knows.
    private static IEnumerable<JsonObject> Spoil(JsonObject line)
    {
        yield return line;
        yield return With(line, "Unknown", JsonValue.Create(1));
        foreach (var (name, _) in line)
        {
            var without = (JsonObject)line.DeepClone();
            without.Remove(name);
            yield return without;
            yield return With(line, name, null);
            yield return With(line, name, JsonValue.Create("A text, of no particular form."));
            yield return With(line, name, JsonValue.Create(-1.5));
            yield return With(line, name, JsonValue.Create(700));
            yield return With(line, name, JsonValue.Create(true));
        }
    }

    private static JsonObject With(JsonObject line, string name, JsonNode? value)
    {
        var changed = (JsonObject)line.DeepClone();
        changed[name] = value;
        return changed;
    }

    private static async Task<bool> HasJsonSchemaAsync(string python)
    {
        await using var process = ChildProcess.Start(python, ["-c", "import jsonschema; jsonschema.Draft202012Validator"]);
        return await process.WaitForExitAsync(TimeSpan.FromMinutes(1), Cancellation) == 0;
    }

    private static HashSet<string> Values(string definition, string field) =>
        [.. s_schema.GetProperty("$defs").GetProperty(definition).GetProperty("properties").GetProperty(field).GetProperty("enum").EnumerateArray()
            .Select(value => value.GetString()).OfType<string>()];

    private static HashSet<string> Constants(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetRawConstantValue()).OfType<string>()];

    private static IEnumerable<T> Statics<T>() => typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<T>();
}
