using ProxyShim.Rollout;

namespace ProxyShim.SwitchOver;

/// <summary>How far the switch-over has come, and who said so.</summary>
/// <param name="Plan">What counts.</param>
/// <param name="Settings">What this replica's settings say; it counts where nothing is set for all.</param>
/// <param name="IsShared">Whether it is set for all replicas.</param>
/// <param name="ChangedAt">When that was last set or taken back; null where it never was.</param>
/// <param name="ChangedBy">The name of the management token that did it; null likewise.</param>
internal sealed record RolloutNow(RolloutPlan Plan, RolloutPlan Settings, bool IsShared, DateTimeOffset? ChangedAt, string? ChangedBy)
{
    public const string SourceSettings = "settings", SourceRuntime = "runtime";

    public string Source => IsShared ? SourceRuntime : SourceSettings;
}
