using System.Buffers.Text;
using System.Text;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>A partner's link, <c>GET /link/{partner_key}</c> on the Conversion API's host: makes a click and sends the visitor on (CONTRACT.md, "Clicks").</summary>
internal sealed class PartnerLink(Account account, Random random, Func<Uri?> landingPage)
{
    private const string Prefix = "/link/";

    /// <summary>Null when the call is none, or there is no page to send anybody to.</summary>
    public Answer? Follow(RecordedCall call)
    {
        if (call.Method != "GET" || !call.Path.StartsWith(Prefix, StringComparison.Ordinal) || landingPage() is not { } page)
        {
            return null;
        }

        var partner = Uri.UnescapeDataString(call.Path[Prefix.Length..]);
        if (partner.Length == 0 || partner.Contains('/', StringComparison.Ordinal))
        {
            return null;
        }

        var xid = RandomKey.From(random);
        account.AddClick(xid, partner);

        // Each value twice, by the new name and by the old one; the partner key without padding.
        var key = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(partner));
        var subIds = call.Query.Length > 1 ? $"&{call.Query[1..]}" : "";
        var location = $"{page}?ps_xid={xid}&ps_partner_key={key}&gsxid={xid}&gspk={key}&utm_source=partnerstack&pscd={page.Host}{subIds}";
        return new(302, [], KeyValuePair.Create("Location", location), KeyValuePair.Create("Cache-Control", "no-store"));
    }
}
