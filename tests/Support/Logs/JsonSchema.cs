using System.Text.Json;
using System.Text.RegularExpressions;

namespace ProxyShim.Testing;

/// <summary>
/// The part of JSON Schema 2020-12 that our schema uses; a keyword that is not known here is an error, so that none is believed to hold and does not.
/// </summary>
/// <remarks>No package of a full validator can be restored; a test compares this one with an independent implementation.</remarks>
public sealed class JsonSchema(string text)
{
    private static readonly HashSet<string> s_annotations = ["$schema", "$id", "$defs", "title", "description", "examples", "x-unit"];

    private readonly JsonElement _root = JsonElement.Parse(text);

    /// <summary>Each violation with the place where it was found; empty when the value is valid.</summary>
    /// <exception cref="NotSupportedException">The schema uses a keyword that is not known here.</exception>
    public IReadOnlyList<string> ErrorsOf(JsonElement value)
    {
        var errors = new List<string>();
        Check(_root, value, "", errors);
        return errors;
    }

    private void Check(JsonElement schema, JsonElement value, string place, List<string> errors)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            switch (keyword.Name)
            {
                case "$ref":
                    Check(Resolve(keyword.Value.GetString()!), value, place, errors);
                    break;
                case "oneOf":
                    CheckOneOf(keyword.Value, value, place, errors);
                    break;
                case "properties":
                    CheckProperties(keyword.Value, value, place, errors);
                    break;
                case "additionalProperties":
                    CheckAdditional(schema, keyword.Value, value, place, errors);
                    break;
                case "required":
                    var missing = keyword.Value.EnumerateArray().Select(name => name.GetString()!).Where(name => !value.TryGetProperty(name, out _));
                    errors.AddRange(missing.Select(name => $"{place}/{name} is missing"));
                    break;
                default:
                    if (!s_annotations.Contains(keyword.Name) && !IsScalarKeywordMet(keyword, value))
                    {
                        errors.Add($"{place}: {Shorten(value)} breaks {keyword.Name} {Shorten(keyword.Value)}");
                    }

                    break;
            }
        }
    }

    private static bool IsScalarKeywordMet(JsonProperty keyword, JsonElement value) => keyword.Name switch
    {
        "type" => Types(keyword.Value).Any(type => IsOfType(value, type.GetString()!)),
        "const" => JsonElement.DeepEquals(keyword.Value, value),
        "enum" => keyword.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!, RegexOptions.ECMAScript),
        "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() <= keyword.Value.GetInt32(),
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= keyword.Value.GetDouble(),
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= keyword.Value.GetDouble(),
        _ => throw new NotSupportedException($"'{keyword.Name}' is not known to this validator."),
    };

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

    private static JsonElement[] Types(JsonElement oneOrMore) =>
        oneOrMore.ValueKind == JsonValueKind.Array ? [.. oneOrMore.EnumerateArray()] : [oneOrMore];

    private static string Shorten(JsonElement value) => value.GetRawText() is { Length: > 120 } text ? text[..120] + "…" : value.GetRawText();

    private void CheckProperties(JsonElement schemas, JsonElement value, string place, List<string> errors)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in value.EnumerateObject())
        {
            if (schemas.TryGetProperty(property.Name, out var schema))
            {
                Check(schema, property.Value, $"{place}/{property.Name}", errors);
            }
        }
    }

    private void CheckAdditional(JsonElement parent, JsonElement schema, JsonElement value, string place, List<string> errors)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var known = parent.TryGetProperty("properties", out var properties);
        foreach (var property in value.EnumerateObject().Where(property => !known || !properties.TryGetProperty(property.Name, out _)))
        {
            if (schema.ValueKind == JsonValueKind.False)
            {
                errors.Add($"{place}/{property.Name} is not in the schema");
            }
            else
            {
                Check(schema, property.Value, $"{place}/{property.Name}", errors);
            }
        }
    }

    private void CheckOneOf(JsonElement branches, JsonElement value, string place, List<string> errors)
    {
        var results = branches.EnumerateArray().Select(branch =>
        {
            var found = new List<string>();
            Check(branch, value, place, found);
            return found;
        }).ToList();
        var valid = results.Count(found => found.Count == 0);
        if (valid == 0)
        {
            // The branch that was meant is the one that is nearly met.
            errors.AddRange(results.MinBy(found => found.Count)!);
        }
        else if (valid > 1)
        {
            errors.Add($"{place}: {valid} branches of oneOf are met");
        }
    }

    private JsonElement Resolve(string reference) =>
        reference.Split('/').Skip(1).Aggregate(_root, (at, name) => at.GetProperty(name));
}
