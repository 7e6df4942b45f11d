using ProxyShim.Settings;

namespace ProxyShim.Management;

/// <param name="Url">Where health, metrics, the admin API and the console are served; never on the legacy listener.</param>
/// <param name="Token">The bearer token of the admin API; without one it is off.</param>
internal sealed record ManagementSettings(Uri Url, Secret? Token)
{
    public const string DefaultUrl = "http://127.0.0.1:8081";

    public static ManagementSettings Read(SettingsReader reader) => new(
        reader.Address("Management:Url", DefaultUrl),
        reader.Secret("Management:Token"));
}
