using System.Globalization;

namespace ProxyShim.Sandbox.Shim;

/// <summary>A shim that is started separately on this loopback, and looked for there: by its own settings, which this process is given as well.</summary>
/// <param name="CustomerApi">Where it looks for the Customer API.</param>
/// <param name="ConversionApi">Where it looks for the Conversion API.</param>
/// <param name="Site">Whose pages it takes clicks from.</param>
internal sealed record ShimElsewhere(ShimEndpoints Endpoints, Uri CustomerApi, Uri ConversionApi, Uri Site)
{
    /// <summary>From the shim's environment variables (config/settings.md); where one is not set, all are where the sandbox has them.</summary>
    /// <param name="variable">Null for one that is not set.</param>
    /// <exception cref="ShimSettingException">One of them is missing or cannot be read; the message is for the operator who sets them.</exception>
    public static ShimElsewhere Of(Func<string, string?> variable)
    {
        return new(
            new(Loopback("Urls", Ports.Shim), Loopback("Management__Url", Ports.Management), Token(), Loopback("Capture__Url", Ports.Capture), HoldFor()),
            Loopback("CustomerApi__Address", Ports.CustomerApi),
            Loopback("ConversionApi__Address", Ports.ConversionApi),
            Loopback("Capture__Origins__0", Ports.DemoSite));

        // Who listens on every address does so on this one.
        Uri Loopback(string name, int usual) =>
            variable(name) is not { Length: > 0 } text ? new($"http://127.0.0.1:{usual}")
            : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp ? new($"http://127.0.0.1:{address.Port}")
            : throw new ShimSettingException($"{name} '{text}' is not an address such as http://127.0.0.1:{usual}.");

        string Token() => variable("Management__Token") is { Length: > 0 } token ? token
            : throw new ShimSettingException("Management__Token is not set: with it the demo site asks the shim what became of a sign-up. Give this process the shim's settings.");

        TimeSpan HoldFor() => variable("Conversions__HoldFor") is not { Length: > 0 } text ? ShimProcess.HoldFor
            : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time) ? time
            : throw new ShimSettingException($"Conversions__HoldFor '{text}' is not a time such as 00:00:04.");
    }
}
