using ProxyShim.Settings;

namespace ProxyShim.Clicks;

/// <summary>How a click is written in Redis.</summary>
internal enum ClickFormat
{
    /// <summary>A string: a bare xid, or a JSON object.</summary>
    Auto,

    /// <summary>A Redis hash with the JSON object's names as its fields.</summary>
    Hash,
}

/// <param name="Keys">Where a customer's click may stand, best first.</param>
/// <param name="Format">How it is written there.</param>
/// <param name="Lifetime">From the click to the end of what the shim itself writes of it.</param>
internal sealed record ClickSettings(IReadOnlyList<ClickKeyTemplate> Keys, ClickFormat Format, TimeSpan Lifetime)
{
    // PartnerStack attributes to the last click of 90 days: CONTRACT.md, Clicks.
    private static readonly TimeSpan s_attributionWindow = TimeSpan.FromDays(90);

    private static readonly IReadOnlyList<ClickKeyTemplate> s_defaultKeys = [ClickKeyTemplate.Default];

    public static ClickSettings Read(SettingsReader reader) => new(
        reader.List("Clicks:Keys", s_defaultKeys, key => ReadTemplate(reader, key)),
        reader.Choice("Clicks:Format", ClickFormat.Auto),
        reader.Duration("Clicks:Lifetime", s_attributionWindow, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)));

    private static ClickKeyTemplate ReadTemplate(SettingsReader reader, string key)
    {
        if (ClickKeyTemplate.TryParse(reader.Text(key, ""), out var template))
        {
            return template;
        }

        reader.Problem(key, "is not a key template", $"write text with one or more of {ClickKeyTemplate.PlaceholderNames}, such as {ClickKeyTemplate.Default}");
        return ClickKeyTemplate.Default;
    }
}
