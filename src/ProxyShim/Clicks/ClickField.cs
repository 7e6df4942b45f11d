namespace ProxyShim.Clicks;

/// <summary>What a reported click may say.</summary>
internal enum ClickField
{
    Xid,
    PartnerKey,
    ClickedAt,
    Origin,
    ExternalType,
    IpAddress,
    UserAgent,
    CustomerKey,
    Email,
    EmailSha256,
    ProviderKey,
    SubIds,
}
