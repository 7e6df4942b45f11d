using ProxyShim.Settings;

namespace ProxyShim.Http;

/// <param name="UseSystemProxy">Whether outgoing calls honour <c>HTTPS_PROXY</c> and <c>NO_PROXY</c>.</param>
internal sealed record OutboundSettings(bool UseSystemProxy)
{
    public static OutboundSettings Read(SettingsReader reader) => new(reader.Flag("Outbound:UseSystemProxy", fallback: false));
}
