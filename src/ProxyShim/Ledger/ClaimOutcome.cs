namespace ProxyShim.Ledger;

/// <summary>How a claim ended.</summary>
internal enum ClaimOutcome
{
    /// <summary>The conversion is ours to send; from here on the job is durable.</summary>
    Claimed,

    /// <summary>The customer has an entry already.</summary>
    Known,

    /// <summary>It reached Redis too late and was refused.</summary>
    Late,
}
