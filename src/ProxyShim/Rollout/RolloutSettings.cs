using ProxyShim.Settings;

namespace ProxyShim.Rollout;

internal sealed record RolloutSettings(RolloutMode Mode)
{
    public static RolloutSettings Read(SettingsReader reader) => new(reader.Choice(
        "Rollout:Mode", RolloutMode.Live,
        "`Live`: customers with a click are converted. `Off`: nothing new is converted, everything passes through; what the ledger holds is still delivered and proved."));
}
