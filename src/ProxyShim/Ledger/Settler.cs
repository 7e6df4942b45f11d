using ProxyShim.Conversions;
using ProxyShim.Delivery;
using ProxyShim.Telemetry;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>Writes down how sending ended, and tells the log when that decides a conversion's fate.</summary>
internal sealed class Settler(ConversionLedger ledger, DeliverySettings delivery, Backoff backoff, ConversionEvents events)
{
    /// <summary>One script; which one is the table of DESIGN.md, "What each answer of the Conversion API means".</summary>
    public async Task<Settlement> SettleAsync(IDatabase redis, Lease lease, ConversionOutcome outcome)
    {
        var error = outcome.Answer.Status is { } status ? $"status_{status}" : outcome.Answer.Error ?? "";
        return outcome.Answer.Meaning switch
        {
            AnswerMeaning.Sent => await SentAsync(redis, lease, outcome.Attempts),
            AnswerMeaning.Refused => await BuryAsync(redis, lease, outcome, Reasons.Refused),
            AnswerMeaning.Ambiguous when ledger.ReadsBack => Queued(await ledger.AmbiguousAsync(redis, lease.Id, lease.Token, outcome.Attempts, error)),

            // Nothing can be read back. "Known already" after an attempt that may have landed: a person has to look.
            AnswerMeaning.Ambiguous when lease.MaybeLanded && outcome.Answer.Status is StatusCodes.Status409Conflict =>
                await BuryAsync(redis, lease, outcome, Reasons.ConflictAfterAmbiguity),
            _ when lease.Age > delivery.MaxAge => await BuryAsync(redis, lease, outcome, Reasons.Expired),
            var meaning => Queued(await ledger.DueAsync(
                redis, lease.Id, lease.Token, outcome.Attempts, backoff.After(lease.Attempts + outcome.Attempts, outcome.Answer.RetryAfter), error,
                maybeLanded: lease.MaybeLanded || meaning == AnswerMeaning.Ambiguous)),
        };
    }

    /// <summary>Reports a conversion as sent; the report that makes it so is the one that is counted.</summary>
    public async Task<Settlement> SentAsync(IDatabase redis, Lease lease, int attempts)
    {
        if (await ledger.SentAsync(redis, lease.Id, lease.Token, attempts, lease.Xid) == SentOutcome.Sent && lease.CountOnce())
        {
            events.Sent(lease, attempts);
        }

        return Settlement.Sent;
    }

    private static Settlement Queued(Fenced fenced) => After(fenced, Settlement.Queued);

    private static Settlement After(Fenced fenced, Settlement done) => fenced switch
    {
        Fenced.Done => done,
        Fenced.Stale => Settlement.Stale,
        _ => Settlement.Lost,
    };

    private async Task<Settlement> BuryAsync(IDatabase redis, Lease lease, ConversionOutcome outcome, string reason)
    {
        var fenced = await ledger.BuryAsync(redis, lease.Id, lease.Token, outcome.Attempts, reason);
        if (fenced == Fenced.Done)
        {
            events.Dead(lease, outcome, reason);
        }

        return After(fenced, Settlement.Dead);
    }
}
