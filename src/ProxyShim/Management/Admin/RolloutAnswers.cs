using System.Text.Json.Serialization;
using ProxyShim.Rollout;
using ProxyShim.SwitchOver;

namespace ProxyShim.Management.Admin;

/// <summary>How far the switch-over has come.</summary>
/// <param name="Partners">Empty for all.</param>
/// <param name="Callers">Empty for all.</param>
/// <param name="Source"><c>settings</c>, or <c>runtime</c> where it was set for all replicas.</param>
/// <param name="ChangedAt">When it was last set for all replicas, or that taken back; null where it never was.</param>
/// <param name="ChangedBy">The name of the management token that did it.</param>
/// <param name="Settings">What would count if it were taken back.</param>
internal sealed record ShownRollout(
    string Mode, int Percent, IReadOnlyList<string> Partners, IReadOnlyList<string> Callers, string Source, DateTimeOffset? ChangedAt, string? ChangedBy, string Settings)
{
    public static ShownRollout Of(RolloutNow now) => new(
        now.Plan.Mode.ToString(), now.Plan.Percent, now.Plan.Partners, now.Plan.Callers, now.Source, now.ChangedAt, now.ChangedBy,
        now.Settings.Describe(static partner => partner));
}

/// <summary>A rollout that cannot be; nothing was changed.</summary>
internal sealed record RolloutRefusal(string Error, IReadOnlyList<WrongField> Fields);

/// <param name="Field">Its name in the form.</param>
/// <param name="Wrong">What is wrong with it.</param>
/// <param name="Write">What to write: the valid values.</param>
internal sealed record WrongField(string Field, string Wrong, string Write);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ShownRollout))]
[JsonSerializable(typeof(RolloutRefusal))]
internal sealed partial class RolloutJson : JsonSerializerContext;
