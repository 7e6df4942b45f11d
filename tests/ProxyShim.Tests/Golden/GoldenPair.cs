using System.Reflection;
using System.Text.Json;

namespace ProxyShim.Tests.Golden;

/// <summary>One entry of <c>Golden/conversions.json</c>: a Customer API request, the click in Redis, and what must become of the two.</summary>
/// <param name="Case">What it shows.</param>
/// <param name="Path">Where the request is posted.</param>
/// <param name="Request">The request's body.</param>
/// <param name="Click">What stands in Redis.</param>
/// <param name="Conversion">The conversion's JSON; null when the request is forwarded instead.</param>
/// <param name="Forwarded">The reason for which it is forwarded; null when it is converted.</param>
public sealed record GoldenPair(string Case, string Path, string Request, string Click, string? Conversion, string? Forwarded)
{
    /// <summary>All of them by case.</summary>
    public static IReadOnlyDictionary<string, GoldenPair> All { get; } = Load();

    private static Dictionary<string, GoldenPair> Load()
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream("conversions.json")!;
        using var document = JsonDocument.Parse(file);
        return document.RootElement.EnumerateArray().Select(Read).ToDictionary(pair => pair.Case, StringComparer.Ordinal);
    }

    private static GoldenPair Read(JsonElement entry) => new(
        entry.GetProperty("case").GetString()!,
        Text(entry, "api") is "v1" ? "/v1/customers" : "/api/v2/customers",
        Raw(entry, "request") ?? Text(entry, "request_text")!,
        entry.GetProperty("click") is { ValueKind: JsonValueKind.String } bare ? bare.GetString()! : Raw(entry, "click")!,
        Raw(entry, "conversion"),
        Text(entry, "forwarded"));

    private static string? Raw(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetRawText() : null;

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetString() : null;
}
