namespace ProxyShim.Background.Holding;

/// <param name="ClickPartnerCounts"><c>Conversions:OnPartnerMismatch</c>: a click that names another partner than the request is converted all the same.</param>
internal sealed record HoldingSettings(bool ClickPartnerCounts);
