using ProxyShim.Conversions;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Settlement;

namespace ProxyShim.Background.Delivery;

/// <summary>Sends jobs that are due.</summary>
internal sealed class DeliveryRunner(
    RedisGate redis,
    ConversionLedger ledger,
    JobTaking taking,
    ConversionSender sender,
    ConversionPipeline pipeline,
    Settler settler,
    SettlementBacklog backlog,
    ConversionEvents events,
    DeliverySettings settings)
{
    /// <summary>Takes and sends, several at once. A job that has been taken is brought to its end even while the shim stops.</summary>
    /// <returns>How many were taken.</returns>
    public Task<int> RunAsync(IReadOnlyList<ConversionId> due, CancellationToken stoppingToken) =>

        // While the Conversion API is left alone nothing is taken: a job must not age by attempts that were never made.
        JobLoop.RunAsync(due, settings.Concurrency, async id => !stoppingToken.IsCancellationRequested && !pipeline.IsBroken && await taking.TryRunAsync(
            id, "deliver", (budget, token) => ledger.TakeAsync(budget, id, token), SendAsync));

    private async ValueTask SendAsync(TakenJob taken)
    {
        var lease = taken.Lease;
        var outcome = await sender.SendOnceAsync(taken.Stored.Conversion, lease.Since, events.Observe(lease));
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
