using ProxyShim.Settings;

namespace ProxyShim.Management;

/// <param name="Url">Where health, metrics, the admin API and the console are served; never on the legacy listener.</param>
/// <param name="Tokens">Who may call the admin API; without one it is off.</param>
/// <param name="Hosts">Under which names it may be called.</param>
internal sealed record ManagementSettings(ListenAddress Url, IReadOnlyList<ManagementToken> Tokens, ManagementHosts Hosts)
{
    public const string DefaultUrl = "http://127.0.0.1:8081";

    public static ManagementSettings Read(SettingsReader reader)
    {
        var url = ReadUrl(reader);
        return new(url, ManagementToken.ReadAll(reader), ManagementHosts.Read(reader, url));
    }

    private static ListenAddress ReadUrl(SettingsReader reader)
    {
        const string key = "Management:Url";
        var text = reader.Text(
            key, DefaultUrl, "Where health, metrics, the admin API and the console are served, over http; never on the legacy listener. Kestrel's wildcards (`*`, `+`) count.",
            "http://0.0.0.0:8081");
        if (ListenAddress.TryParse(text, out var address) && address.Scheme == "http")
        {
            return address;
        }

        // Only Urls gets Kestrel's certificates.
        reader.Problem(key, $"'{text}' is not an http address to listen on", $"write one, such as {DefaultUrl}");
        return ListenAddress.Parse(DefaultUrl);
    }
}
