namespace ProxyShim.Ledger;

/// <summary>How a claim ended.</summary>
internal enum ClaimOutcome
{
    /// <summary>The customer is ours to send; from here the job is durable.</summary>
    Claimed,

    /// <summary>Somebody else has it.</summary>
    Known,

    /// <summary>It reached Redis too late and was refused.</summary>
    Late,
}
