using System.Text.Json;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>The fields of a conversion (CONTRACT.md, S2S Conversion API).</summary>
internal sealed record ConversionFields(string CustomerKey, string Xid)
{
    public string? Email { get; private init; }

    public string? Name { get; private init; }

    public string? ProviderKey { get; private init; }

    public IReadOnlyList<string> SubIds { get; private init; } = [];

    public string Meta { get; private init; } = "{}";

    /// <summary>Reads a body; null, and the message of the 400, when it is not a valid conversion.</summary>
    public static ConversionFields? TryRead(ReadOnlyMemory<byte> body, out string problem)
    {
        problem = "The body must be a JSON object";
        if (JsonBody.TryRead(body) is not { } json)
        {
            return null;
        }

        problem = Required(json, "xid") ?? Required(json, "customer_key") ?? SubIdsProblem(json) ?? MetaProblem(json) ?? "";
        return problem.Length > 0 ? null : new(Text(json, "customer_key")!, Text(json, "xid")!)
        {
            Email = Text(json, "email"),
            Name = Text(json, "name"),
            ProviderKey = Text(json, "provider_key"),
            SubIds = json.TryGetProperty("sub_ids", out var subIds) ? [.. subIds.EnumerateArray().Select(static item => item.GetString()!)] : [],
            Meta = json.TryGetProperty("meta", out var meta) ? meta.GetRawText() : "{}",
        };
    }

    private static string? Required(JsonElement json, string name) =>
        Text(json, name) is { Length: > 0 } ? null : $"{name} is required and must be a string that is not empty";

    private static string? SubIdsProblem(JsonElement json) =>
        !json.TryGetProperty("sub_ids", out var value)
        || (value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(static item => item.ValueKind is JsonValueKind.String))
            ? null
            : "sub_ids must be an array of strings";

    private static string? MetaProblem(JsonElement json) =>
        !json.TryGetProperty("meta", out var value) || value.ValueKind is JsonValueKind.Object ? null : "meta must be an object";

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
