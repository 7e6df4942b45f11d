namespace ProxyShim.Ledger;

/// <summary>How reporting a conversion as proved ended.</summary>
internal enum VerifiedOutcome
{
    /// <summary>It had been reported as sent.</summary>
    Verified,

    /// <summary>It had not: its sender never learned how the attempt ended, or crashed before reporting it. This report is also the one that counts as sent.</summary>
    SentAndVerified,

    /// <summary>It was proved, or given to the Customer API, before; or the ledger does not know it.</summary>
    Already,
}
