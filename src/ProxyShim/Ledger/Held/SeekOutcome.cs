namespace ProxyShim.Ledger.Held;

/// <summary>How taking a held creation ended.</summary>
internal enum SeekOutcome
{
    /// <summary>It is ours to look after.</summary>
    Taken,

    /// <summary>Its request has expired: it is a dead letter now.</summary>
    Lost,

    /// <summary>Somebody else was faster.</summary>
    Gone,
}
