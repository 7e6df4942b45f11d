using ProxyShim.Settings;

namespace ProxyShim.Rollout;

internal sealed record RolloutSettings(RolloutMode Mode)
{
    public static RolloutSettings Read(SettingsReader reader) => new(reader.Choice("Rollout:Mode", RolloutMode.Live));
}
