using System.Text;

namespace ProxyShim.Clicks;

/// <summary>A name under which a reported click's field may be written: ours, or one of partner links and PartnerStackJS (DESIGN.md, Forms).</summary>
internal sealed class ClickName
{
    private ClickName(string text, ClickField field, int rank = 0, bool isEncoded = false) =>
        (Text, Utf8, Field, Rank, IsEncoded) = (text, Encoding.UTF8.GetBytes(text), field, rank, isEncoded);

    public static IReadOnlyList<ClickName> All { get; } =
    [
        new("xid", ClickField.Xid),
        new("ps_xid", ClickField.Xid, 1),
        new("gsxid", ClickField.Xid, 2),
        new("partner_key", ClickField.PartnerKey),
        new("ps_partner_key", ClickField.PartnerKey, 1, isEncoded: true),
        new("gspk", ClickField.PartnerKey, 2, isEncoded: true),
        new("clicked_at", ClickField.ClickedAt),
        new("origin", ClickField.Origin),
        new("external_type", ClickField.ExternalType),
        new("ip_address", ClickField.IpAddress),
        new("user_agent", ClickField.UserAgent),
        new("customer_key", ClickField.CustomerKey),
        new("email", ClickField.Email),
        new("email_sha256", ClickField.EmailSha256),
        new("provider_key", ClickField.ProviderKey),
        new("sub_ids", ClickField.SubIds),
    ];

    public string Text { get; }

    public byte[] Utf8 { get; }

    public ClickField Field { get; }

    /// <summary>How well it is trusted where a field is given twice, best 0: landing URLs carry the older names beside the present ones.</summary>
    public int Rank { get; }

    /// <summary>Whether the value may be base64.</summary>
    public bool IsEncoded { get; }

    /// <summary>Null when it is none.</summary>
    public static ClickName? Of(string text) => All.FirstOrDefault(name => name.Text == text);

    public override string ToString() => Text;
}
