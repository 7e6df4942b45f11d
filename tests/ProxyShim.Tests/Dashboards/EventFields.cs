using System.Text.Json;
using ProxyShim.Testing;

namespace ProxyShim.Tests.Dashboards;

/// <summary>The fields of each event, as <c>config/log-event.schema.json</c> has them.</summary>
internal sealed class EventFields
{
    private static readonly JsonElement s_definitions = JsonElement.Parse(File.ReadAllText(LogSchema.Path)).GetProperty("$defs");

    private static readonly Dictionary<string, Dictionary<string, JsonElement>> s_events = s_definitions.EnumerateObject()
        .Where(definition => definition.Value.TryGetProperty("properties", out _))
        .ToDictionary(
            definition => definition.Name,
            definition => definition.Value.GetProperty("properties").EnumerateObject().ToDictionary(field => field.Name, field => Resolve(field.Value)));

    /// <summary>The events, and the names of each one's fields.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyCollection<string>> All { get; } =
        s_events.Where(one => one.Value.ContainsKey("Event")).ToDictionary(one => one.Key, one => (IReadOnlyCollection<string>)one.Value.Keys);

    /// <summary>What a query names and no event that it selects has.</summary>
    public static IEnumerable<string> MissingOf(LogQuery query)
    {
        foreach (var missing in query.Events.Except(s_events.Keys))
        {
            yield return $"the event {missing}";
        }

        var events = query.Events.Count == 0 ? s_events.Values.ToList() : [.. query.Events.Where(s_events.ContainsKey).Select(name => s_events[name])];
        foreach (var (field, comparison, values) in query.Filters)
        {
            var rules = RulesOf(events, field);
            var asNumber = comparison is ">" or ">=" or "<" or "<=";
            foreach (var missing in values.Where(value => !rules.Any(rule => asNumber ? IsNumber(rule) : Allows(rule, value))))
            {
                yield return $"{field} {comparison} {missing}";
            }
        }

        foreach (var field in query.Shown.Where(field => RulesOf(events, field).Count == 0).Concat(query.Unwrapped.Where(field => !RulesOf(events, field).Any(IsNumber))))
        {
            yield return $"the field {field}";
        }
    }

    private static JsonElement Resolve(JsonElement rule) =>
        rule.TryGetProperty("$ref", out var reference) ? s_definitions.GetProperty(reference.GetString()!.Split('/')[^1]) : rule;

    private static List<JsonElement> RulesOf(IEnumerable<Dictionary<string, JsonElement>> events, string field) =>
        [.. events.Where(fields => fields.ContainsKey(field)).Select(fields => fields[field])];

    private static bool IsNumber(JsonElement rule) =>
        rule.TryGetProperty("type", out var type) && (type.ToString() is var name && (name.Contains("number", StringComparison.Ordinal) || name.Contains("integer", StringComparison.Ordinal)));

    // To a query, null and no field at all are the empty text.
    private static bool Allows(JsonElement rule, string value) =>
        value.Length == 0
        || (rule.TryGetProperty("const", out var only) ? only.ToString() == value
            : !rule.TryGetProperty("enum", out var all) || all.EnumerateArray().Any(one => one.ToString() == value));
}
