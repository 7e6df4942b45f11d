using System.Text.Json;
using ProxyShim.Rollout;

namespace ProxyShim.Management.Admin;

/// <summary>Reads a rollout that an operator wants: <c>{"mode":"Live","percent":10,"partners":["…"],"callers":["…"]}</c>. What is left out stays as it is.</summary>
internal sealed class RolloutForm(RolloutPlan current, RolloutBounds bounds)
{
    /// <summary>The longest body, in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    // As long as a name may be in the log.
    private const int MaxName = 256;

    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    private readonly List<WrongField> _wrong = [];

    /// <summary>What is wrong, field by field; empty when all is well.</summary>
    public IReadOnlyList<WrongField> Wrong => _wrong;

    public RolloutPlan Read(ReadOnlyMemory<byte> body)
    {
        var plan = current;
        try
        {
            using var document = JsonDocument.Parse(body, s_options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException();
            }

            foreach (var field in document.RootElement.EnumerateObject())
            {
                plan = Take(plan, field);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            _wrong.Add(new("(body)", "is no JSON object, or has a name twice", """write {"mode":"Live","percent":10}"""));
        }

        if (_wrong.Count == 0)
        {
            _wrong.AddRange(bounds.ProblemsOf(plan).Select(problem => new WrongField(FieldOf(problem.Key), problem.Wrong, problem.Write)));
        }

        return plan;
    }

    private RolloutPlan Take(RolloutPlan plan, JsonProperty field) => field.Name switch
    {
        "mode" => plan with { Mode = Mode(field) },
        "percent" => plan with { Percent = Percent(field) },
        "partners" => plan with { Partners = Names(field) },
        "callers" => plan with { Callers = Names(field) },
        _ => Refuse(field, "is no field of a rollout", "write mode, percent, partners or callers", plan),
    };

    private RolloutMode Mode(JsonProperty field) =>
        field.Value.ValueKind == JsonValueKind.String && field.Value.GetString() is { } text && text.All(char.IsAsciiLetter)
        && Enum.TryParse<RolloutMode>(text, ignoreCase: true, out var mode)
            ? mode
            : Refuse(field, $"{Shown(field.Value)} is not one of its values", $"write one of {string.Join(", ", Enum.GetNames<RolloutMode>())}", RolloutMode.Off);

    private int Percent(JsonProperty field) =>
        field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out var percent) && percent is >= 0 and <= RolloutPlan.Everybody
            ? percent
            : Refuse(field, $"{Shown(field.Value)} is not a whole number from 0 to {RolloutPlan.Everybody}", "write one, such as 10", 0);

    private IReadOnlyList<string> Names(JsonProperty field) =>
        field.Value.ValueKind == JsonValueKind.Array && field.Value.EnumerateArray().All(IsName)
            ? [.. field.Value.EnumerateArray().Select(name => name.GetString()!)]
            : Refuse<IReadOnlyList<string>>(
                field, "is no list of names, or a name in it is empty", $"write names of 1 to {MaxName} characters in an array; an empty array lets in all of them", []);

    private T Refuse<T>(JsonProperty field, string wrong, string write, T instead)
    {
        _wrong.Add(new(field.Name.Length <= MaxName ? field.Name : field.Name[..MaxName], wrong, write));
        return instead;
    }

    private static bool IsName(JsonElement name) =>
        name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 and <= MaxName } text && !string.IsNullOrWhiteSpace(text);

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: <= 40 } text ? $"'{text.Trim('"')}'" : "what is given";

    // Rollout:Callers is the field callers.
    private static string FieldOf(string key) => key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..].ToLowerInvariant();
}
