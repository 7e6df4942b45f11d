namespace ProxyShim.Ledger;

/// <summary>How a change ended that only the holder of a lease may make.</summary>
internal enum FencedWrite
{
    /// <summary>It was made.</summary>
    Applied,

    /// <summary>The lease is no longer ours, or not ours to give away: somebody else decides.</summary>
    StaleLease,

    /// <summary>The ledger does not know the customer: Redis has lost its memory, or the customer was never claimed.</summary>
    NotFound,
}
