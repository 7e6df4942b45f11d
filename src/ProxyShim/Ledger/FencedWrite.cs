namespace ProxyShim.Ledger;

/// <summary>How a change ended that only the holder of a lease may make.</summary>
internal enum FencedWrite
{
    /// <summary>It was made.</summary>
    Applied,

    /// <summary>The lease has passed to another holder, or a caller has been promised delivery, so that it may not be given up.</summary>
    StaleLease,

    /// <summary>The ledger does not know the customer: Redis has lost its memory, or the customer was never claimed.</summary>
    NotFound,
}
