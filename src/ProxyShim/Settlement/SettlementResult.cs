namespace ProxyShim.Settlement;

/// <summary>What the ledger says of a conversion after sending it.</summary>
internal enum SettlementResult
{
    /// <summary>PartnerStack took it.</summary>
    Sent,

    /// <summary>It waits to be sent again, or to be read back.</summary>
    Queued,

    /// <summary>Given up.</summary>
    Dead,

    /// <summary>The lease was no longer ours: another worker settles it.</summary>
    Stale,

    /// <summary>The ledger does not know the customer any more: Redis has lost its memory, and no worker will send it.</summary>
    Lost,
}
