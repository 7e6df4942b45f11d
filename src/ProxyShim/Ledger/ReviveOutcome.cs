namespace ProxyShim.Ledger;

/// <summary>How replaying a dead letter ended.</summary>
internal enum ReviveOutcome
{
    /// <summary>It will be delivered.</summary>
    Revived,

    /// <summary>It is not a dead letter, or no longer one.</summary>
    NotDead,

    /// <summary>Its body is gone; only the caller can send it again.</summary>
    NoBody,
}
