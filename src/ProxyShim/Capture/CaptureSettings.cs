using System.Net;
using ProxyShim.Clicks;
using ProxyShim.Settings;

namespace ProxyShim.Capture;

/// <param name="Url">Where pages and back-ends report clicks; never on the legacy or the management listener.</param>
/// <param name="Origins">The pages that may report, each as browsers write it: <c>https://www.acme.com</c>.</param>
/// <param name="Token">What back-ends present; null when none may report.</param>
/// <param name="RateLimit">Clicks a minute and address; back-ends have no limit.</param>
/// <param name="TrustedProxies">Who may say, by <c>X-Forwarded-For</c>, whose browser it is.</param>
internal sealed record CaptureSettings(
    ListenAddress Url, IReadOnlyList<string> Origins, Secret? Token, int RateLimit, IReadOnlyList<IPNetwork> TrustedProxies)
{
    /// <summary>In characters. A client that reaches the listener may guess as often as <see cref="RateLimit"/> says: a word is found.</summary>
    public const int LeastToken = 16;

    private const string UrlKey = "Capture:Url";
    private const string OriginKey = "Capture:Origins";
    private const string TokenKey = "Capture:Token";
    private const string ExampleUrl = "http://127.0.0.1:8082";
    private const string ExampleOrigin = "https://www.acme.com";

    /// <summary>Null when it is off.</summary>
    /// <param name="others">The other listeners: the setting of each, and where it listens.</param>
    public static CaptureSettings? Read(SettingsReader reader, ClickSettings clicks, IEnumerable<(string Key, ListenAddress Address)> others)
    {
        var url = ReadUrl(reader);
        var settings = new CaptureSettings(
            url ?? ListenAddress.Parse(ExampleUrl),
            [.. reader.List(OriginKey, [], key => ReadOrigin(reader, key)).OfType<string>().Distinct(StringComparer.Ordinal)],
            ReadToken(reader),
            reader.Number("Capture:RateLimit", 60, 1, 1_000_000, "clicks", "How many clicks a minute one address may report without Capture:Token, before 429; of IPv6 a /64 counts as one."),
            [.. reader.List("Capture:TrustedProxies", [], key => ReadProxy(reader, key)).OfType<IPNetwork>()]);
        if (url is null)
        {
            if (settings.Origins.Count > 0 || settings.Token is not null || settings.TrustedProxies.Count > 0)
            {
                reader.Warn(UrlKey, "is not set, so that nobody can report a click, whatever the other settings of Capture say", $"write where to listen, such as {ExampleUrl}");
            }

            return null;
        }

        settings.Judge(reader, clicks, others);
        return settings;
    }

    private void Judge(SettingsReader reader, ClickSettings clicks, IEnumerable<(string Key, ListenAddress Address)> others)
    {
        if (Origins.Count == 0 && Token is null)
        {
            reader.Problem(UrlKey, "is set, and nobody may report a click", $"write the origins of your pages ({OriginKey}:0={ExampleOrigin}), or a token for your back-end ({TokenKey})");
        }

        foreach (var (key, address) in others.Where(other => other.Address.Port == Url.Port && Url.Port != 0))
        {
            reader.Problem(UrlKey, $"has the port of {key} ({address})", $"write another port, such as {ExampleUrl}");
        }

        // An address leaves the browser as a hash only.
        if (Origins.Count > 0 && !clicks.Keys.Any(template => template.KeyOf(new(null, EmailSha256: new string('0', 64))) is not null))
        {
            reader.Warn(
                "Clicks:Keys", "no template is filled by {email_sha256} alone, so that a page that knows only the e-mail address reports in vain",
                "write a second one, such as click-email:{email_sha256}, or let the pages say the customer_key");
        }
    }

    private static ListenAddress? ReadUrl(SettingsReader reader)
    {
        var text = reader.Text(
            UrlKey, "Where pages and back-ends report clicks (`GET /capture.js`, `POST /clicks`), over http, behind what ends TLS; never on the other listeners. Without it this is off.",
            ExampleUrl);
        if (text is null)
        {
            return null;
        }

        if (ListenAddress.TryParse(text, out var address) && address.Scheme == "http")
        {
            return address;
        }

        reader.Problem(UrlKey, $"'{text}' is not an http address to listen on", $"write one, such as {ExampleUrl}");
        return null;
    }

    private static string? ReadOrigin(SettingsReader reader, string key)
    {
        var text = reader.Text(key, "A page that may report clicks, by its origin (CORS). Required without Capture:Token.", ExampleOrigin);
        if (text is null)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/" && uri.Fragment.Length == 0
            && uri.UserInfo.Length == 0 && !text.Contains('*', StringComparison.Ordinal))
        {
            // As browsers write it: lower case, no default port, no slash (https://www.rfc-editor.org/rfc/rfc6454#section-6.2).
            return uri.IsDefaultPort ? $"{uri.Scheme}://{uri.IdnHost}" : $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}";
        }

        reader.Problem(key, $"'{text}' is not the origin of a page", $"write scheme and host of one, without a path or *, such as {ExampleOrigin}");
        return null;
    }

    private static Secret? ReadToken(SettingsReader reader)
    {
        var token = reader.Secret(TokenKey, "Bearer token of back-ends that report clicks; required without Capture:Origins.", "(what `openssl rand -hex 24` prints)");
        if (token is not null && token.Reveal().Length < LeastToken)
        {
            reader.Problem(TokenKey, $"is shorter than {LeastToken} characters, so it can be guessed", "write a random one, such as 'openssl rand -hex 24' prints");
        }

        return token;
    }

    private static IPNetwork? ReadProxy(SettingsReader reader, string key)
    {
        var text = reader.Text(
            key, "An address or a network of the proxies before this listener: only they are believed when X-Forwarded-For says whose browser it is.", "10.0.0.0/8");
        if (text is null)
        {
            return null;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        reader.Problem(key, $"'{text}' is neither an address nor a network", "write one, such as 10.0.0.7 or 10.0.0.0/8");
        return null;
    }
}
