using System.Text.Json;
using System.Text.RegularExpressions;

namespace ProxyShim.Testing;

/// <summary>
/// The part of JSON Schema 2020-12 that our schema uses; a keyword that is not known here is an error, so that none is believed to hold and does not.
/// </summary>
/// <remarks>
/// No package of a full validator can be restored; a test compares this one with an independent implementation. The schema is read once, since a test under
/// load holds some hundred thousand lines to it.
/// </remarks>
public sealed class JsonSchema
{
    private static readonly HashSet<string> s_annotations = ["$schema", "$id", "$defs", "title", "description", "examples", "x-unit"];

    private readonly Dictionary<string, Rule> _references = [];
    private readonly JsonElement _root;
    private readonly Rule _rule;

    /// <exception cref="NotSupportedException">The schema uses a keyword that is not known here.</exception>
    public JsonSchema(string text)
    {
        _root = JsonElement.Parse(text);
        _rule = Read(_root);
    }

    // Each violation with its place below the value. They are found when they are asked for, so that whether there is any costs no more than the first.
    private delegate IEnumerable<string> Rule(JsonElement value);

    /// <summary>Each violation with the place where it was found; empty when the value is valid.</summary>
    public IReadOnlyList<string> ErrorsOf(JsonElement value) => [.. _rule(value)];

    private Rule Read(JsonElement schema)
    {
        Rule[] rules = [.. schema.EnumerateObject().Where(keyword => !s_annotations.Contains(keyword.Name)).Select(keyword => Read(schema, keyword))];
        return rules is [var only] ? only : value => rules.SelectMany(rule => rule(value));
    }

    private Rule Read(JsonElement schema, JsonProperty keyword) => keyword.Name switch
    {
        "$ref" => Resolve(keyword.Value.GetString()!),
        "oneOf" => ReadOneOf(keyword.Value),
        "properties" => ReadProperties(keyword.Value),
        "additionalProperties" => ReadAdditional(schema, keyword.Value),
        "required" => ReadRequired(keyword.Value),
        _ => ReadScalar(keyword),
    };

    private static Rule ReadScalar(JsonProperty keyword)
    {
        var isMet = ReadCondition(keyword.Name, keyword.Value);
        return value => isMet(value) ? [] : [$": {Shorten(value)} breaks {keyword.Name} {Shorten(keyword.Value)}"];
    }

    private static Predicate<JsonElement> ReadCondition(string name, JsonElement wanted)
    {
        switch (name)
        {
            case "type":
                string[] types = [.. OneOrMore(wanted).Select(type => type.GetString()!)];
                return value => Array.Exists(types, type => IsOfType(value, type));
            case "const":
                return value => JsonElement.DeepEquals(wanted, value);
            case "enum":
                JsonElement[] values = [.. wanted.EnumerateArray()];
                return value => Array.Exists(values, one => JsonElement.DeepEquals(one, value));
            case "pattern":
                var pattern = new Regex(wanted.GetString()!, RegexOptions.ECMAScript);
                return value => value.ValueKind != JsonValueKind.String || pattern.IsMatch(value.GetString()!);
            case "maxLength":
                return value => value.ValueKind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() <= wanted.GetInt32();
            case "minimum":
                return value => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= wanted.GetDouble();
            case "maximum":
                return value => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= wanted.GetDouble();
            default:
                throw new NotSupportedException($"'{name}' is not known to this validator.");
        }
    }

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException($"The type '{type}' is not known to this validator."),
    };

    private static JsonElement[] OneOrMore(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];

    private static string Shorten(JsonElement value) => value.GetRawText() is { Length: > 120 } text ? text[..120] + "…" : value.GetRawText();

    private static IEnumerable<JsonProperty> Members(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                yield return member;
            }
        }
    }

    private static Rule ReadRequired(JsonElement names)
    {
        string[] required = [.. names.EnumerateArray().Select(name => name.GetString()!)];
        return value => required.Where(name => !value.TryGetProperty(name, out _)).Select(name => $"/{name} is missing");
    }

    private Rule ReadProperties(JsonElement schemas)
    {
        var rules = schemas.EnumerateObject().ToDictionary(property => property.Name, property => Read(property.Value), StringComparer.Ordinal);
        return value => Members(value).SelectMany(property => rules.TryGetValue(property.Name, out var rule) ? Below(property, rule) : []);
    }

    private Rule ReadAdditional(JsonElement parent, JsonElement schema)
    {
        var known = parent.TryGetProperty("properties", out var properties) ? properties.EnumerateObject().Select(property => property.Name).ToHashSet() : [];
        Rule rule = schema.ValueKind == JsonValueKind.False ? _ => [" is not in the schema"] : Read(schema);
        return value => Members(value).Where(property => !known.Contains(property.Name)).SelectMany(property => Below(property, rule));
    }

    private Rule ReadOneOf(JsonElement branches)
    {
        Rule[] rules = [.. branches.EnumerateArray().Select(Read)];
        return value => rules.Count(rule => !rule(value).Any()) switch
        {
            // The branch that was meant is the one that is nearly met.
            0 => rules.Select(rule => rule(value).ToList()).MinBy(found => found.Count)!,
            1 => [],
            var met => [$": {met} branches of oneOf are met"],
        };
    }

    private static IEnumerable<string> Below(JsonProperty property, Rule rule) => rule(property.Value).Select(error => $"/{property.Name}{error}");

    private Rule Resolve(string reference)
    {
        if (!_references.TryGetValue(reference, out var rule))
        {
            rule = Read(reference.Split('/').Skip(1).Aggregate(_root, (at, name) => at.GetProperty(name)));
            _references.Add(reference, rule);
        }

        return rule;
    }
}
