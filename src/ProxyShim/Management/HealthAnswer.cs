using System.Text.Json;
using System.Text.Json.Serialization;
using ProxyShim.Telemetry.Health;

namespace ProxyShim.Management;

/// <summary>What the health end points say.</summary>
/// <param name="Status"><c>live</c>, <c>not_listening</c>, <c>ready</c>, <c>starting</c> or <c>draining</c>.</param>
/// <param name="Degraded">What is in trouble, oldest first; absent where it is not asked for.</param>
internal sealed record HealthAnswer(string Status, IReadOnlyList<DegradedAnswer>? Degraded);

/// <param name="Part">One of <see cref="HealthComponent"/>.</param>
/// <param name="Reason">Why, in a word.</param>
/// <param name="Since">When it was noticed.</param>
/// <param name="Detail">An endpoint, a status, a peer's own word; absent where there is none.</param>
/// <param name="Action">What to do, in one sentence.</param>
internal sealed record DegradedAnswer(string Part, string Reason, DateTimeOffset Since, string? Detail, string Action)
{
    public static DegradedAnswer Of(Degradation degradation) =>
        new(degradation.Part.Name, degradation.Reason, degradation.Since, degradation.Detail, degradation.Action);
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class HealthJson : JsonSerializerContext;
