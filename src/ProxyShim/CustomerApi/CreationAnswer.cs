namespace ProxyShim.CustomerApi;

/// <summary>What a legacy caller gets who creates a customer, or writes about one.</summary>
internal abstract record CreationAnswer
{
    private CreationAnswer()
    {
    }

    /// <summary>The Customer API gets the original request, and its answer is the answer.</summary>
    public sealed record Forward : CreationAnswer
    {
        public static readonly Forward Instance = new();
    }

    /// <summary>None yet: the ledger has changed since it was asked, and is asked again. No caller ever sees it.</summary>
    public sealed record LookAgain : CreationAnswer
    {
        public static readonly LookAgain Instance = new();
    }

    /// <summary>The shim answers: a Customer object.</summary>
    public sealed record Created(CustomerObject Customer, int Status) : CreationAnswer;

    /// <summary>The shim answers: what the caller sent, which waits until PartnerStack shows the customer.</summary>
    public sealed record Kept(KeptObject Object, int Status) : CreationAnswer;

    /// <summary>The shim answers: a failure. A 503 asks the caller to try again.</summary>
    public sealed record Failed(int Status, string Message) : CreationAnswer
    {
        /// <summary>A 503: the caller comes again.</summary>
        public static readonly Failed Unavailable =
            new(StatusCodes.Status503ServiceUnavailable, "The request cannot be handled safely at the moment; try again.");
    }
}
