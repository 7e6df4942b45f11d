namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>A write about a customer that took effect: a transaction, an action, a deal, a change. What was merely answered is none.</summary>
/// <param name="CustomerKey">The vendor's key of the customer.</param>
/// <param name="Resource">Of <c>transactions</c>, <c>actions</c>, <c>deals</c> …, or <c>customers</c> for a change of the customer.</param>
/// <param name="BodyText">The request's body.</param>
public sealed record RecordedFollowUp(string CustomerKey, string Resource, string BodyText);
