namespace ProxyShim.FollowUps;

/// <summary><c>FollowUps:Mode</c>: what becomes of a write about a customer whom PartnerStack does not show yet.</summary>
internal enum FollowUpMode
{
    /// <summary>It is kept, and played once the customer is verified.</summary>
    Keep,

    /// <summary>The Customer API's 404 is the answer.</summary>
    PassThrough,
}
