using System.Text.Json;
using System.Text.Json.Serialization;
using ProxyShim.Rollout;

namespace ProxyShim.SwitchOver;

/// <summary>What a person has set for all replicas, as it stands in Redis.</summary>
/// <param name="Revision">Grows with each change; 1 is the first.</param>
/// <param name="Plan">Null once it has been taken back: then each replica's settings count.</param>
/// <param name="ChangedBy">The name of the management token.</param>
internal sealed record SharedRollout(long Revision, RolloutPlan? Plan, DateTimeOffset ChangedAt, string ChangedBy)
{
    public string ToJson() => JsonSerializer.Serialize(
        new StoredRollout(Plan?.Mode.ToString(), Plan?.Percent ?? 0, Plan?.Partners ?? [], Plan?.Callers ?? [], ChangedAt, ChangedBy), SharedRolloutJson.Default.StoredRollout);

    /// <exception cref="FormatException">It is none of this version's.</exception>
    public static SharedRollout Read(long revision, string json)
    {
        try
        {
            var stored = JsonSerializer.Deserialize(json, SharedRolloutJson.Default.StoredRollout)!;
            var plan = stored.Mode is null ? null : new RolloutPlan(Enum.Parse<RolloutMode>(stored.Mode), stored.Percent, stored.Partners ?? [], stored.Callers ?? []);
            return new SharedRollout(revision, plan, stored.ChangedAt, stored.ChangedBy);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new FormatException("What stands in Redis as the rollout cannot be read.", exception);
        }
    }
}

/// <param name="Mode">Null for one that has been taken back.</param>
internal sealed record StoredRollout(
    string? Mode, int Percent, IReadOnlyList<string>? Partners, IReadOnlyList<string>? Callers, DateTimeOffset ChangedAt, string ChangedBy);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredRollout))]
internal sealed partial class SharedRolloutJson : JsonSerializerContext;
