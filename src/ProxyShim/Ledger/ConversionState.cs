namespace ProxyShim.Ledger;

/// <summary>Where a conversion stands in its life. <see cref="Lifecycle"/> says which may follow which.</summary>
internal enum ConversionState
{
    /// <summary>No click is known yet: it is looked for, until the Customer API gets the original request. Indexed by the next look.</summary>
    Held,

    /// <summary>A holder of the lease is sending it. Indexed by the end of the lease.</summary>
    Claimed,

    /// <summary>It did not land and will be sent again. Indexed by the next attempt.</summary>
    Due,

    /// <summary>It may have landed. Indexed by the read-back that will tell.</summary>
    Ambiguous,

    /// <summary>PartnerStack accepted it. Indexed by the read-back that will prove it.</summary>
    Sent,

    /// <summary>A read-back has proved it.</summary>
    Verified,

    /// <summary>Given up, for a person to judge. Indexed by the time of death.</summary>
    Dead,

    /// <summary>The Customer API has the customer, or had it deleted: whatever comes is forwarded.</summary>
    Fallback,
}
