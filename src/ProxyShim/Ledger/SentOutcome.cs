namespace ProxyShim.Ledger;

/// <summary>How reporting a conversion as sent ended.</summary>
internal enum SentOutcome
{
    /// <summary>This is the one report to count, in the conversion's whole life.</summary>
    Sent,

    /// <summary>Another report has been counted: it was sent, or verified, before, or was a phantom and has been sent again.</summary>
    Already,

    /// <summary>The customer had been deleted, or given to the Customer API, in the meantime.</summary>
    Fallback,

    /// <summary>Only of a report by the holder: the entry has changed since the claim, and has to be read.</summary>
    Unknown,
}
