namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>One valid conversion request that arrived completely, whatever became of it.</summary>
/// <param name="Number">0 for the first one since the start or the last reset.</param>
/// <param name="Call">The call that carried it.</param>
/// <param name="CustomerKey">Its <c>customer_key</c>, decoded.</param>
/// <param name="Xid">Its <c>xid</c>, decoded.</param>
/// <param name="Json">The whole body as it was sent.</param>
/// <param name="Effect">What it did to the account.</param>
/// <param name="Fault">The fault it met, if any.</param>
public sealed record RecordedConversion(
    int Number, RecordedCall Call, string CustomerKey, string Xid, string Json, ConversionEffect Effect, Fault? Fault)
{
    /// <summary>Whether it is the one that created its customer.</summary>
    public bool Landed => Effect is ConversionEffect.Landed;
}
