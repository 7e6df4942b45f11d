namespace ProxyShim.Ledger;

/// <summary>How replaying a dead letter ended.</summary>
internal enum ReviveOutcome
{
    /// <summary>It will be delivered.</summary>
    Revived,

    /// <summary>It was none, or somebody was faster.</summary>
    NotDead,

    /// <summary>Its body is gone; only the caller can send it again.</summary>
    NoBody,
}
