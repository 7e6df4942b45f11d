using System.Runtime.CompilerServices;
using ProxyShim.Conversions;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Telemetry;

namespace ProxyShim.Settlement;

/// <summary>Writes down how sending ended, and tells the log when that decides a conversion's fate.</summary>
internal sealed class Settler(ConversionLedger ledger, DeliverySettings delivery, Backoff backoff, ConversionEvents events, TimeProvider time)
{
    /// <summary>One script; which one is the table of DESIGN.md, "What each answer of the Conversion API means".</summary>
    public ValueTask<SettlementResult> SettleAsync(RedisBudget budget, Lease lease, ConversionOutcome outcome)
    {
        return outcome.Answer.Meaning switch
        {
            AttemptResult.Sent => SettleSentAsync(budget, lease, outcome.Attempts),
            AttemptResult.Refused => BuryAsync(budget, lease, outcome, Reasons.Refused),
            AttemptResult.Ambiguous when ledger.ReadsBack => QueuedAsync(ledger.AmbiguousAsync(budget, lease.Id, lease.Token, outcome.Attempts, Error())),

            // Nothing can be read back. "Known already" after an attempt that may have landed: a person has to look.
            AttemptResult.Ambiguous when lease.MaybeLanded && outcome.Answer.Status is StatusCodes.Status409Conflict =>
                BuryAsync(budget, lease, outcome, Reasons.ConflictAfterAmbiguity),
            _ when lease.TriedFor > delivery.MaxAge => BuryAsync(budget, lease, outcome, Reasons.Expired),
            var meaning => QueuedAsync(ledger.DueAsync(
                budget, lease.Id, lease.Token, outcome.Attempts, backoff.After(lease.Attempts + outcome.Attempts, outcome.Answer.RetryAfter), Error(),
                maybeLanded: lease.MaybeLanded || meaning == AttemptResult.Ambiguous)),
        };

        string Error() => outcome.Answer.Status is { } status ? $"status_{status}" : outcome.Answer.Error ?? "";
    }

    /// <summary>Reports a conversion as sent; the report that makes it so is the one that is counted.</summary>
    public ValueTask<SentOutcome> SentAsync(RedisBudget budget, Lease lease, int attempts) =>
        ledger.SentAsync(budget, lease.Id, lease.Token, attempts, lease.Xid, Count(lease, attempts));

    /// <summary>The same in one short script, for the call that claimed it and has just sent it.</summary>
    /// <returns><see cref="SentOutcome.Unknown"/> where that cannot tell, since a worker has taken the claim over, or nothing is read back: <see cref="SentAsync"/> can.</returns>
    public ValueTask<SentOutcome> SentByHolderAsync(RedisBudget budget, Lease lease, int attempts) => lease.RedisTime is { } began && ledger.ReadsBack
        ? ledger.SentByHolderAsync(budget, lease.Id, lease.Token, attempts, began + lease.Since.Elapsed(time), Count(lease, attempts))
        : new(SentOutcome.Unknown);

    private Action<SentOutcome> Count(Lease lease, int attempts) => sent =>
    {
        if (sent == SentOutcome.Sent && lease.CountOnce())
        {
            events.Sent(lease, attempts);
        }
    };

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private async ValueTask<SettlementResult> SettleSentAsync(RedisBudget budget, Lease lease, int attempts)
    {
        await SentAsync(budget, lease, attempts);
        return SettlementResult.Sent;
    }

    private static async ValueTask<SettlementResult> QueuedAsync(ValueTask<FencedWrite> changing) => After(await changing, SettlementResult.Queued);

    private static SettlementResult After(FencedWrite fenced, SettlementResult done) => fenced switch
    {
        FencedWrite.Applied => done,
        FencedWrite.StaleLease => SettlementResult.Stale,
        _ => SettlementResult.Lost,
    };

    private async ValueTask<SettlementResult> BuryAsync(RedisBudget budget, Lease lease, ConversionOutcome outcome, string reason) => After(
        await ledger.BuryAsync(
            budget, lease.Id, lease.Token, outcome.Attempts, reason, outcome.Answer.Status, outcome.Answer.Said, buried =>
            {
                if (buried == FencedWrite.Applied)
                {
                    events.Dead(lease, outcome, reason);
                }
            }),
        SettlementResult.Dead);
}
