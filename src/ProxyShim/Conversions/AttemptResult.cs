namespace ProxyShim.Conversions;

/// <summary>What an answer of the Conversion API, or its absence, means for the conversion.</summary>
internal enum AttemptResult
{
    /// <summary>It was taken. Whether it landed is for a read-back to say.</summary>
    Sent,

    /// <summary>It surely did not land: it may be sent again at once.</summary>
    NotDelivered,

    /// <summary>It may have landed: it is sent again only after a read-back.</summary>
    Ambiguous,

    /// <summary>The token or the address is wrong: it did not land, and will not until an operator mends it.</summary>
    Misconfigured,

    /// <summary>It did not land and never will.</summary>
    Refused,
}

internal static class AnswerMeanings
{
    /// <summary>Its name in the log, the metrics and the spans: part of their contract.</summary>
    public static string Name(this AttemptResult meaning) => meaning switch
    {
        AttemptResult.Sent => "sent",
        AttemptResult.NotDelivered => "nothing_landed",
        AttemptResult.Ambiguous => "ambiguous",
        AttemptResult.Misconfigured => "operator_fault",
        AttemptResult.Refused => "refused",
        _ => throw new ArgumentOutOfRangeException(nameof(meaning)),
    };
}
