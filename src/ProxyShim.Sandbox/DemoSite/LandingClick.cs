using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;

namespace ProxyShim.Sandbox.DemoSite;

/// <summary>The click in a landing page's address (CONTRACT.md, "Clicks").</summary>
/// <param name="PartnerKey">As it came: base64, which has no padding there.</param>
/// <param name="Partner">The same, decoded.</param>
internal sealed partial record LandingClick(string Xid, string PartnerKey, string Partner, IReadOnlyList<string> SubIds)
{
    /// <summary>Null when the address has none.</summary>
    public static LandingClick? Of(IQueryCollection query)
    {
        var (xid, key) = (First(query, "ps_xid", "gsxid"), First(query, "ps_partner_key", "gspk"));
        return xid is null || key is null
            ? null
            : new(xid, key, Decoded(key), [.. query.Where(static pair => SubId().IsMatch(pair.Key)).Select(static pair => pair.Value.ToString())]);
    }

    /// <summary>A partner key in base64, padded or not; what is none is taken as it is.</summary>
    public static string Decoded(string key)
    {
        var text = key.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return Base64Url.IsValid(text) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)) : key;
    }

    private static string? First(IQueryCollection query, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (query[name].ToString() is { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }

    [GeneratedRegex("^sid[0-9]*$")]
    private static partial Regex SubId();
}
