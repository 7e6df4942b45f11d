using ProxyShim.Conversions;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Background.Delivery;

/// <summary>Sends jobs that are due.</summary>
internal sealed class DeliveryRunner(
    RedisGate redis,
    ConversionLedger ledger,
    RedisClocks clocks,
    ConversionSender sender,
    ConversionPipeline pipeline,
    Settler settler,
    SettlementBacklog backlog,
    ConversionEvents events,
    DeliverySettings settings,
    TimeProvider time)
{
    /// <summary>Takes and sends, several at once. A job that has been taken is brought to its end even while the shim stops.</summary>
    /// <returns>How many were taken.</returns>
    public Task<int> RunAsync(IReadOnlyList<ConversionId> due, CancellationToken stoppingToken) =>

        // While the Conversion API is left alone nothing is taken: a job must not age by attempts that were never made.
        JobLoop.RunAsync(due, settings.Concurrency, async id => !stoppingToken.IsCancellationRequested && !pipeline.IsBroken && await RunAsync(id));

    private async ValueTask<bool> RunAsync(ConversionId id)
    {
        var since = Moment.Now(time);
        var token = LeaseToken.New();
        try
        {
            var (outcome, taken) = await ledger.TakeAsync(redis.NewBudget(), id, token);
            if (outcome == TakeOutcome.Lost)
            {
                events.Lost();
            }

            if (taken is null)
            {
                return outcome != TakeOutcome.Gone;
            }

            var job = clocks.Correct(taken);
            var stored = StoredConversion.Read(job.Body!.Value);
            var request = stored.Request;
            var lease = new Lease(
                id, token, events.NameOf(request.CustomerKey, id), job.Xid, request.PartnerKey, job.Caller, job.TraceId, since, Inline: false, job.Attempts,
                job.MaybeLanded, job.Age, job.TriedFor, stored.SubIds, stored.ClickAgeAt(job.ClaimedAt));
            using var span = Spans.Job("deliver", lease.TraceId, stored.Span, since.Utc);
            await SendAsync(lease, stored.Conversion);
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
            // Not taken, or taken without our knowing: then its lease runs out.
            return false;
        }
    }

    private async ValueTask SendAsync(Lease lease, ReadOnlyMemory<byte> body)
    {
        var outcome = await sender.SendOnceAsync(body, lease.Since, events.Observe(lease));
        try
        {
            await settler.SettleAsync(redis.NewBudget(), lease, outcome);
        }
        catch (RedisUnavailableException) when (outcome.Answer.Meaning == AttemptResult.Sent)
        {
            backlog.Sent(lease, outcome.Attempts);
        }
        catch (RedisUnavailableException)
        {
            // Its lease runs out, and it is taken again.
        }
    }
}
