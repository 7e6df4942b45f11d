using System.Text.Json;

namespace ProxyShim.Sandbox.PartnerStack.Control;

/// <summary>A JSON object that a user typed. What is wrong with it is collected, in words for that user.</summary>
internal sealed class ControlBody
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly List<string> _asked = [];
    private readonly List<string> _problems = [];

    private ControlBody(ReadOnlyMemory<byte> body)
    {
        if (JsonBody.TryRead(body) is not { } json)
        {
            _problems.Add("the body must be a JSON object");
            return;
        }

        foreach (var field in json.EnumerateObject())
        {
            _fields[field.Name] = field.Value;
        }
    }

    /// <summary>Whatever its <c>Content-Type</c> says: <c>curl -d</c> says a form.</summary>
    public static async Task<ControlBody> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return new(body.ToArray());
    }

    /// <summary>Null when all is well. Ask for it last: a field that has not been asked for is a problem.</summary>
    public string? Problem => string.Join("; ", _problems.Concat(_fields.Keys.Except(_asked).Select(
        name => $"'{name}' is not a field here; they are {string.Join(", ", _asked)}"))) is { Length: > 0 } problem ? problem : null;

    public void Complain(string problem) => _problems.Add(problem);

    public bool Has(string name) => _fields.ContainsKey(name);

    public string? Text(string name, bool isRequired = false) => Value(
        name, "a text that is not empty", isRequired, static value => value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null);

    /// <summary>A text that may be empty.</summary>
    public string? Content(string name) => Value(name, "a text", isRequired: false, static value => value.ValueKind is JsonValueKind.String ? value.GetString() : null);

    public IReadOnlyList<string>? Texts(string name) => Value(
        name, "a list of texts", isRequired: false, static value => value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(IsText)
            ? value.EnumerateArray().Select(static item => item.GetString()!).ToArray() : null);

    public IReadOnlyDictionary<string, string>? Pairs(string name) => Value(
        name, "an object of texts", isRequired: false, static value => value.ValueKind is JsonValueKind.Object && value.EnumerateObject().All(static pair => IsText(pair.Value))
            ? value.EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value.GetString()!) : null);

    public bool Flag(string name) => Value<bool?>(
        name, "true or false", isRequired: false, static value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null) ?? false;

    public int? Number(string name, int least, int most, bool isRequired = false) => Value<int?>(
        name, $"a number from {least} to {most}", isRequired,
        value => value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most ? number : null);

    /// <summary>A name of this enumeration in snake_case.</summary>
    public T? Word<T>(string name, bool isRequired = false)
        where T : struct, Enum => Value<T?>(
            name, $"one of {string.Join(", ", Enum.GetValues<T>().Select(Words.Of))}", isRequired,
            static value => value.ValueKind is JsonValueKind.String ? Enum.GetValues<T>().Cast<T?>().FirstOrDefault(word => Words.Of(word!.Value) == value.GetString()) : null);

    private static bool IsText(JsonElement value) => value.ValueKind is JsonValueKind.String;

    private T? Value<T>(string name, string form, bool isRequired, Func<JsonElement, T?> read)
    {
        _asked.Add(name);
        if (!_fields.TryGetValue(name, out var value))
        {
            if (isRequired && _fields.Count > 0)
            {
                _problems.Add($"{name} is missing: {form}");
            }

            return default;
        }

        var parsed = read(value);
        if (parsed is null)
        {
            _problems.Add($"{name} must be {form}");
        }

        return parsed;
    }
}
