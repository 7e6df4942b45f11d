using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.Ledger.Held;

/// <summary>
/// Creations whose click is not there yet. Each ends as a conversion that is due, or with the Customer API, or as a dead letter. Every method is one script, and so
/// one atomic change.
/// </summary>
/// <remarks>
/// Every method throws <see cref="RedisUnavailableException"/> when Redis does not answer; the change may have been made nevertheless. <c>LedgerJob.TriedSince</c> of a held one is the end of
/// its hold, from which <c>Delivery:MaxAge</c> counts; <c>LedgerJob.MaybeLanded</c>: the Customer API may have it already.
/// </remarks>
internal sealed class HeldCreations(LedgerSettings settings)
{
    private readonly RedisValue _lease = (long)settings.Lease.TotalMilliseconds;
    private readonly RedisValue _bodyTtl = (long)settings.BodyTtl.TotalMilliseconds;
    private readonly RedisValue _readBack = settings.ReadBackAfter is { } wait ? (long)wait.TotalMilliseconds : RedisValue.EmptyString;

    /// <summary>How long a creation that was taken belongs to its taker.</summary>
    public TimeSpan Lease => settings.Lease;

    /// <summary>From a hand-over that may have landed to the read-back that tells; null when nothing can be read back.</summary>
    public TimeSpan? ReadBackAfter => settings.ReadBackAfter;

    /// <summary>Holds a customer that has no entry yet, unless it is later than <paramref name="notAfter"/> by Redis's clock.</summary>
    /// <remarks>
    /// No worker looks for the click before <see cref="ConversionLedger.AcknowledgeAsync"/> by the same holder; without that the Customer API may have the customer when the lease is over.
    /// </remarks>
    public ValueTask<ClaimOutcome> HoldAsync(RedisBudget budget, ConversionId id, LeaseToken token, DateTimeOffset notAfter, HeldCreation held) => RunAsync(
        LedgerScript.Hold, budget, RedisOperation.Claim, id, LedgerReply.Claim,
        token.Value, notAfter.ToUnixTimeMilliseconds(), _lease, held.Body, _bodyTtl, (long)held.For.TotalMilliseconds, held.Fingerprint, held.TraceId, held.Caller);

    /// <summary>Takes one whose next look is due. What may have landed is not before it can be read back.</summary>
    public ValueTask<(TakeOutcome Outcome, LedgerJob? Job)> TakeAsync(RedisBudget budget, ConversionId id, LeaseToken token) => RunAsync(
        LedgerScript.TakeHeld, budget, null, id,
        reply =>
        {
            var fields = (RedisResult[])reply!;
            return (string?)fields[0] switch
            {
                "taken" => (TakeOutcome.Taken, (LedgerJob?)(LedgerReply.Job(id, token, fields) with { Reason = (string?)fields[10] })),
                "lost" => (TakeOutcome.BodyLost, null),
                _ => (TakeOutcome.Gone, null),
            };
        },
        token.Value, _lease, _readBack);

    /// <summary>It is to be looked at again after a wait.</summary>
    /// <param name="mayHaveLanded">The Customer API may have it already: it is read back before anything else.</param>
    /// <param name="error">How the hand-over ended; empty where there was none.</param>
    public ValueTask<FencedWrite> RescheduleAsync(RedisBudget budget, ConversionId id, LeaseToken token, TimeSpan wait, bool mayHaveLanded, string error) => FencedAsync(
        LedgerScript.RescheduleHeld, budget, id, token.Value, LedgerReply.Milliseconds(wait), mayHaveLanded ? 1 : 0, error, _bodyTtl);

    /// <summary>Its click was found: it is due.</summary>
    /// <param name="partnerKey">As <see cref="NewConversion"/> has it; null where it is not known.</param>
    /// <param name="subIds">Likewise.</param>
    public ValueTask<FencedWrite> ClickFoundAsync(
        RedisBudget budget, ConversionId id, LeaseToken token, ReadOnlyMemory<byte> body, string xid, string? partnerKey = null, string? subIds = null) => FencedAsync(
            LedgerScript.ClickFound, budget, id, token.Value, body, _bodyTtl, xid, partnerKey ?? RedisValue.EmptyString, subIds ?? RedisValue.EmptyString);

    /// <summary>A repeated request brings the click: it is due, whichever worker has taken it. Stale when it is no longer held, or the Customer API may have it.</summary>
    public ValueTask<FencedWrite> ClickSuppliedAsync(RedisBudget budget, ConversionId id, NewBody brought) => FencedAsync(
        LedgerScript.ClickFound, budget, id, RedisValue.EmptyString, brought.Body, _bodyTtl, brought.Xid, brought.PartnerKey, brought.SubIds ?? RedisValue.EmptyString);

    /// <summary>The original request is about to be handed to the Customer API. Only what answers <see cref="FencedWrite.Applied"/> may go out, within the lease.</summary>
    /// <param name="reason">Why there is no conversion: for the worker that finds the hand-over begun and reads back that it has landed.</param>
    public ValueTask<FencedWrite> BeginHandOverAsync(RedisBudget budget, ConversionId id, LeaseToken token, string reason) =>
        FencedAsync(LedgerScript.BeginHandOver, budget, id, token.Value, _lease, reason);

    /// <summary>The Customer API has it.</summary>
    public ValueTask<FencedWrite> HandedOverAsync(RedisBudget budget, ConversionId id, LeaseToken token, string reason) =>
        FencedAsync(LedgerScript.HandedOver, budget, id, token.Value, reason);

    private ValueTask<FencedWrite> FencedAsync(LedgerScript script, RedisBudget budget, ConversionId id, params ReadOnlySpan<RedisValue> arguments) =>
        RunAsync(script, budget, RedisOperation.Settle, id, LedgerReply.Fenced, arguments);

    private ValueTask<TResult> RunAsync<TResult>(
        LedgerScript script, RedisBudget budget, RedisOperation? operation, ConversionId id, Func<RedisResult, TResult> read, params ReadOnlySpan<RedisValue> arguments) =>
        script.RunAsync(budget, operation, settings.Keys.Of(id), [id.Hash, .. arguments], read);
}
