namespace ProxyShim.Ledger;

/// <summary>A conversion to be claimed.</summary>
/// <param name="Body">What is needed to send it, and to answer for it, later; holds personal data.</param>
/// <param name="Xid">The click id.</param>
/// <param name="Fingerprint">A short hash of the request, to tell a repeat from a different one.</param>
/// <param name="TraceId">The request's trace.</param>
/// <param name="Caller">Who sent the request.</param>
/// <param name="PartnerKey">The partner, as <see cref="Telemetry.CustomerRef.OfPartner"/> writes it.</param>
/// <param name="SubIds">The click's subIDs, as <see cref="Telemetry.CustomerRef.OfSubIds"/> writes them; null for none.</param>
internal sealed record NewConversion(
    ReadOnlyMemory<byte> Body, string Xid, string Fingerprint, string TraceId, string Caller, string PartnerKey, string? SubIds);
