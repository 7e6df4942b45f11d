using ProxyShim.Settings;

namespace ProxyShim.Background.Verification;

/// <param name="Grace">From the last attempt to the first read-back: records appear minutes later, and asking too soon reports good ones as lost.</param>
/// <param name="Interval">Between two read-backs of one customer.</param>
/// <param name="MaxResends">How often a phantom is sent again.</param>
internal sealed record VerificationSettings(TimeSpan Grace, TimeSpan Interval, int MaxResends)
{
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(10);

    public static VerificationSettings Read(SettingsReader reader) => new(
        reader.Duration(
            "Verification:Grace", TimeSpan.FromMinutes(15), s_least, TimeSpan.FromDays(1),
            "From the last attempt to the first read-back, which proves that the conversion landed. Records appear minutes later; asking too soon reports good ones as lost. "
            + "Read-backs are made when the vendor's key pair is set."),
        reader.Duration("Verification:Interval", TimeSpan.FromMinutes(1), s_least, TimeSpan.FromDays(1), "Between two read-backs of one customer."),
        reader.Number(
            "Verification:MaxResends", 3, 0, 100, "resends",
            "How often a conversion that was answered well and never landed (a phantom) is sent again, before it becomes a dead letter."));
}
