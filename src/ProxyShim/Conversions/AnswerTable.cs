namespace ProxyShim.Conversions;

/// <summary>DESIGN.md, "What each answer of the Conversion API means", as code: the one place that judges.</summary>
internal static class AnswerTable
{
    /// <summary>The meaning of a status code.</summary>
    public static AnswerMeaning Of(int status) => status switch
    {
        >= 200 and < 300 => AnswerMeaning.Sent,
        >= 300 and < 400 or 401 or 403 => AnswerMeaning.OperatorFault,
        408 or 425 or 429 => AnswerMeaning.NothingLanded,

        // "Known already" may well mean: from an attempt of ours that we believe lost.
        409 => AnswerMeaning.Ambiguous,
        >= 400 and < 500 => AnswerMeaning.Refused,
        502 or 504 => AnswerMeaning.Ambiguous,
        >= 500 and < 600 => AnswerMeaning.NothingLanded,
        _ => AnswerMeaning.Ambiguous,
    };

    /// <summary>The meaning of an attempt that ended without a status.</summary>
    /// <param name="bytesWentOut">Whether any of the body was handed to a connection: before that, nobody can have read a conversion.</param>
    public static AnswerMeaning OfFailure(bool bytesWentOut) => bytesWentOut ? AnswerMeaning.Ambiguous : AnswerMeaning.NothingLanded;
}
