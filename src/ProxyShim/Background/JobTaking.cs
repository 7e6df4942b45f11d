using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Background;

/// <summary>Takes a conversion under a lease, reads what the ledger keeps of it, and has it brought to its end. Without that it is a dead letter.</summary>
internal sealed class JobTaking(RedisGate redis, ConversionLedger ledger, RedisClocks clocks, ConversionEvents events, TimeProvider time)
{
    /// <param name="span">What is done with it, as its span says it.</param>
    /// <param name="take">Asks the ledger for it; no job where there is none, or another worker has it.</param>
    /// <param name="work">Brings it to its end.</param>
    /// <returns>False where it was not taken, or Redis did not answer: then its lease runs out.</returns>
    public async ValueTask<bool> TryRunAsync(
        ConversionId id, string span, Func<RedisBudget, LeaseToken, ValueTask<(TakeOutcome Outcome, LedgerJob? Job)>> take, Func<TakenJob, ValueTask> work)
    {
        var since = Moment.Now(time);
        var token = LeaseToken.New();
        try
        {
            var (outcome, found) = await take(redis.NewBudget(), token);
            if (outcome == TakeOutcome.BodyLost)
            {
                events.Lost();
            }

            if (found is null)
            {
                return outcome != TakeOutcome.Gone;
            }

            // Without the body it is not known any more whose it is, or what to send.
            var job = clocks.Correct(found);
            var stored = StoredConversion.Read(job.Body ?? default);
            var request = stored.Request;
            var lease = new Lease(
                id, token, events.NameOf(request.CustomerKey, id), job.Xid, request.PartnerKey, job.Caller, job.TraceId, since, Inline: false, job.Attempts,
                job.MaybeLanded, job.Age, job.TriedFor, stored.SubIds, stored.ClickAgeAt(job.ClaimedAt));
            using var activity = Spans.Job(span, lease.TraceId, stored.Span, since.Utc);
            await work(new TakenJob(lease, job, stored));
            return true;
        }
        catch (FormatException)
        {
            if (await redis.TryRunAsync(async budget => await ledger.BuryAsync(budget, id, token, 0, Reasons.BodyLost)))
            {
                events.Lost();
            }

            return true;
        }
        catch (RedisUnavailableException)
        {
            return false;
        }
    }
}
