namespace ProxyShim.Ledger.Kept;

/// <summary>What came of a call that was to be kept.</summary>
internal enum KeepOutcome
{
    /// <summary>It is durable, behind those that wait already.</summary>
    Kept,

    /// <summary>As many wait, or as many bytes, as the settings allow.</summary>
    TooMany,

    /// <summary>It reached Redis too late and was refused.</summary>
    Late,

    /// <summary>There is no reason to: PartnerStack shows this customer already, or it has no entry.</summary>
    NotNeeded,
}
