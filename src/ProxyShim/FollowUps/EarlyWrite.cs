using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Telemetry;

namespace ProxyShim.FollowUps;

/// <summary>A write about a customer whom PartnerStack may not show yet, ready to be kept.</summary>
/// <param name="Call">It, with a copy of its body: who forwards the request takes the body away.</param>
/// <param name="HasOthersBefore">Whether calls about the customer wait already.</param>
internal sealed record EarlyWrite(FollowUp FollowUp, ConversionId Id, KeptCall Call, bool HasOthersBefore, RequestRecord Record)
{
    /// <summary>By which it is withdrawn, where nobody knows whether it was kept.</summary>
    public CallNonce Nonce { get; } = CallNonce.New();

    /// <summary>Forwarded, it would be undone by a change that waits and is played later; of a payment the order decides nothing.</summary>
    public bool MustNotOvertake => HasOthersBefore && Call.IsIdempotent;
}
