using ProxyShim.Rollout;
using ProxyShim.Settings;

namespace ProxyShim.Conversions;

/// <param name="Address">Base address; <c>/conversion/xid</c> is added.</param>
/// <param name="Token">The tracking token; null only where the mode is not <c>Live</c>.</param>
/// <param name="Test">The token belongs to the test environment.</param>
/// <param name="AttemptTimeout">How long one attempt may take.</param>
/// <param name="TotalTimeout">How long all inline attempts may take together, waits included.</param>
/// <param name="MaxAttempts">Inline attempts, the first included.</param>
internal sealed record ConversionApiSettings(
    Uri Address, Secret? Token, bool Test, TimeSpan AttemptTimeout, TimeSpan TotalTimeout, int MaxAttempts)
{
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_most = TimeSpan.FromMinutes(5);

    public static ConversionApiSettings Read(SettingsReader reader, RolloutMode mode)
    {
        var settings = new ConversionApiSettings(
            reader.Address(
                "ConversionApi:Address", "https://partnerlinks.io", "Where conversions are sent: `/conversion/xid` is added to it.", "/conversion/xid", "/conversion"),
            reader.Secret(
                "ConversionApi:Token", "The tracking token that PartnerStack's dashboard makes (not the key pair). Required where `Rollout:Mode` is `Live`.", "trk_0a1b2c3d"),
            reader.Flag(
                "ConversionApi:Test", fallback: false,
                "Whether the token belongs to the test environment. Its customers pay nobody; they have a ledger of their own, so that a trial uses up no real customer."),
            reader.Duration("ConversionApi:AttemptTimeout", TimeSpan.FromSeconds(3), s_least, s_most, "How long one attempt may take."),
            reader.Duration(
                "ConversionApi:TotalTimeout", TimeSpan.FromSeconds(10), s_least, s_most,
                "How long the app waits at most for all attempts together, with the pauses between them; after it the conversion is queued."),
            reader.Number("ConversionApi:MaxAttempts", 3, 1, 10, "attempts", "How often a conversion is tried while the app waits, the first attempt included."));
        if (settings.Token?.Reveal().Any(char.IsWhiteSpace) == true)
        {
            reader.Problem("ConversionApi:Token", "holds white space", "write the token alone, without 'Bearer'");
        }

        if (settings.Token is null && mode == RolloutMode.Live)
        {
            reader.Problem("ConversionApi:Token", "is missing",
                "write the tracking token of the dashboard (not the key pair), or set Rollout:Mode to Shadow or Off");
        }

        if (settings.AttemptTimeout > settings.TotalTimeout)
        {
            reader.Problem("ConversionApi:AttemptTimeout", "is longer than ConversionApi:TotalTimeout", "write a shorter one");
        }

        return settings;
    }
}
