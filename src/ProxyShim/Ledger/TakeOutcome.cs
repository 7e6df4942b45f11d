namespace ProxyShim.Ledger;

/// <summary>How taking a due job ended.</summary>
internal enum TakeOutcome
{
    /// <summary>It is ours to send.</summary>
    Taken,

    /// <summary>Its last holder may have sent it: it waits for a read-back now.</summary>
    Ambiguous,

    /// <summary>Its body has expired: it is a dead letter now.</summary>
    BodyLost,

    /// <summary>Another worker has taken it, or it is no longer due.</summary>
    Gone,
}
