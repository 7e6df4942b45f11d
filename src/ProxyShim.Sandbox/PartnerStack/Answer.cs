using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>An answer, before it is written in whichever way the fault wants.</summary>
internal sealed record Answer(int Status, byte[] Body, params IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    private static readonly KeyValuePair<string, string> JsonType = new("Content-Type", "application/json");

    /// <summary>The Conversion API's success: 200 and nothing to check in it (CONTRACT.md).</summary>
    public static Answer Empty { get; } = new(200, []);

    public static Answer Json(int status, JsonNode body, params KeyValuePair<string, string>[] headers) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(body), [JsonType, .. headers]);

    public static Answer Success(string member, JsonNode? data, string message) =>
        Json(200, new JsonObject { [member] = data, ["message"] = message, ["status"] = 200 });

    public static Answer Failure(int status, string message, params KeyValuePair<string, string>[] headers) =>
        Json(status, new JsonObject { ["message"] = message, ["status"] = status }, headers);

    public static Answer Of(Fault fault)
    {
        if (fault.Body is null)
        {
            return Failure(fault.StatusCode, $"Simulated {fault.StatusCode}", [.. fault.Headers]);
        }

        var typed = fault.Body.Length == 0 || fault.Headers.Any(static header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase));
        return new(fault.StatusCode, Encoding.UTF8.GetBytes(fault.Body), typed ? fault.Headers : [JsonType, .. fault.Headers]);
    }
}
