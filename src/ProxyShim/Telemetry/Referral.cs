namespace ProxyShim.Telemetry;

/// <summary>What brought a customer who was converted, as the ledger remembers it for as long as the conversion: no personal data.</summary>
/// <param name="Xid">The click id.</param>
/// <param name="PartnerKey">As <see cref="CustomerRef.OfPartner"/> writes it; null where an older version claimed the customer.</param>
/// <param name="SubIds">As <see cref="CustomerRef.OfSubIds"/> writes them; null for none.</param>
/// <param name="SignedUpAt">When the customer was claimed, by Redis's clock.</param>
internal sealed record Referral(string Xid, string? PartnerKey, string? SubIds, DateTimeOffset SignedUpAt)
{
    /// <summary>From the sign-up to a moment of this process's clock, good to a second or so; never negative.</summary>
    public TimeSpan AgeAt(DateTimeOffset moment) => moment - SignedUpAt is { Ticks: > 0 } age ? age : TimeSpan.Zero;
}
