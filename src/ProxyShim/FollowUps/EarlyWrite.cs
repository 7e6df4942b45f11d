using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Telemetry;

namespace ProxyShim.FollowUps;

/// <summary>A write about a customer whom PartnerStack may not show yet, ready to be kept.</summary>
/// <param name="Call">It, with a copy of its body: who forwards the request takes the body away.</param>
/// <param name="HasOthersBefore">Whether calls about the customer wait already.</param>
/// <param name="Seen">When the ledger was looked at: a timestamp of the <see cref="TimeProvider"/>, which no clock that is set makes older.</param>
/// <param name="RedisTime">What Redis's clock said then; null in a cluster.</param>
internal sealed record EarlyWrite(
    FollowUp FollowUp, ConversionId Id, KeptCall Call, bool HasOthersBefore, RequestRecord Record, long Seen, DateTimeOffset? RedisTime)
{
    /// <summary>By which it is withdrawn, where nobody knows whether it was kept.</summary>
    public CallNonce Nonce { get; } = CallNonce.New();

    /// <summary>Forwarded, it would be undone by a change that waits and is played later; of a payment the order decides nothing.</summary>
    public bool MustNotOvertake => HasOthersBefore && Call.IsIdempotent;
}
