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
/// <param name="FromRequest">Where a creation may bring its own click id, best first.</param>
internal sealed record ClickSettings(IReadOnlyList<ClickKeyTemplate> Keys, ClickFormat Format, TimeSpan Lifetime, IReadOnlyList<RequestField> FromRequest)
{
    // PartnerStack attributes to the last click of 90 days: CONTRACT.md, Clicks.
    private static readonly TimeSpan s_attributionWindow = TimeSpan.FromDays(90);

    private static readonly IReadOnlyList<ClickKeyTemplate> s_defaultKeys = [ClickKeyTemplate.Default];

    public static ClickSettings Read(SettingsReader reader) => new(
        ReadKeys(reader),
        reader.Choice("Clicks:Format", ClickFormat.Auto, "How a click is written. `Auto`: a string, either a bare xid or JSON; `Hash`: a Redis hash with the JSON's names as its fields."),
        reader.Duration(
            "Clicks:Lifetime", s_attributionWindow, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650),
            "From the click to the end of what the shim itself writes of it; what others write has the lifetime that they give it."),
        [.. reader.List("Clicks:FromRequest", [], key => ReadField(reader, key)).OfType<RequestField>()]);

    private static IReadOnlyList<ClickKeyTemplate> ReadKeys(SettingsReader reader)
    {
        const string key = "Clicks:Keys";
        const string write = "let each begin in its own way and hold one placeholder, such as click:key:{customer_key} and click:email:{email_sha256}";
        var keys = reader.List(key, s_defaultKeys, entry => ReadTemplate(reader, entry));
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i].IsAmbiguous)
            {
                reader.Warn(key, $"'{keys[i]}' is one key for customers whose values end and begin differently, so that one may get the other's click", write);
            }

            if (keys.Skip(i + 1).FirstOrDefault(keys[i].Overlaps) is { } other)
            {
                reader.Warn(key, $"'{keys[i]}' and '{other}' may be one key for two customers, so that one gets the other's click", write);
            }
        }

        return keys;
    }

    private static ClickKeyTemplate ReadTemplate(SettingsReader reader, string key)
    {
        if (ClickKeyTemplate.TryParse(reader.Text(
            key, ClickKeyTemplate.Default.ToString(),
            $"Where a customer's click may stand in Redis, best first; all are read in one round trip and the first hit wins. Placeholders: {ClickKeyTemplate.PlaceholderNames}. "
            + "`{email}` is trimmed and in lower case, `{email_sha256}` the hex of its hash. One entry replaces the default.",
            "click-email:{email_sha256}"), out var template))
        {
            return template;
        }

        reader.Problem(key, "is not a key template", $"write text with one or more of {ClickKeyTemplate.PlaceholderNames}, such as {ClickKeyTemplate.Default}");
        return ClickKeyTemplate.Default;
    }

    private static RequestField? ReadField(SettingsReader reader, string key)
    {
        const string example = "meta.ps_xid";
        var text = reader.Text(
            key, "Where a call that creates a customer may bring its own click id, best first: a field of the call or of its `meta`. The first that holds one is the click, no look-up is "
            + "made, and it is taken out of `meta`.", example);
        var field = text is null ? null : RequestField.TryParse(text);
        if (field is null && text is not null)
        {
            reader.Problem(key, $"'{text}' is not a field that may hold a click id", $"write xid, ps_xid or a field of meta, such as {example}");
        }

        return field;
    }
}
