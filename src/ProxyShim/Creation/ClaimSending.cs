using System.Runtime.CompilerServices;
using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>Sends what a call has claimed, tells the ledger how that ended, and answers.</summary>
internal sealed class ClaimSending(
    ConversionSettings settings,
    Claims claims,
    ConversionLedger ledger,
    CustomerAnswers answers,
    ConversionSender sender,
    Settler settler,
    SettlementBacklog backlog,
    ConversionEvents events,
    TimeProvider time)
{
    /// <param name="body">The conversion.</param>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    public async ValueTask<CreationAnswer> SendAsync(CreationContext creation, Click click, Lease lease, ReadOnlyMemory<byte> body)
    {
        var outcome = await sender.SendInlineAsync(body, lease.Since, events.Observe(lease));
        var record = creation.Record;
        record.Attempts = outcome.Attempts;
        record.Upstream = outcome.Elapsed;
        record.UpstreamStatus = outcome.Answer.Status;
        record.Said = outcome.Answer.Said;
        record.Ambiguous = outcome.Answer.Meaning == AttemptResult.Ambiguous;
        if (outcome.Answer.Meaning == AttemptResult.Refused)
        {
            return await RefusedAsync(creation, lease, outcome);
        }

        if (outcome.Answer.Meaning == AttemptResult.Sent)
        {
            await SentAsync(creation, lease, outcome.Attempts);
            return answers.Created(creation, Outcome.Converted, click.SubIds, time.GetUtcNow());
        }

        var settlement = SettlementResult.Queued;
        try
        {
            settlement = await settler.SettleAsync(creation.Budget, lease, outcome);
        }
        catch (RedisUnavailableException)
        {
            // The claim is durable: when its lease runs out, a worker takes over.
        }

        return (outcome.Answer.Meaning, settlement) switch
        {
            // Redis has forgotten the claim. After an ambiguous attempt a forwarded call could create a duplicate; otherwise nothing was sent, and forwarding is safe.
            (AttemptResult.Ambiguous, SettlementResult.Lost) => creation.Unavailable(Reasons.MemoryLost),
            (_, SettlementResult.Lost) => claims.RedisDown(creation),
            _ => await answers.QueuedAsync(creation, Outcome.Queued, click.SubIds, time.GetUtcNow()),
        };
    }

    // What is read back needs no caller to wait for it: if this process ends before Redis has heard of it, that is as if it had ended before it could tell. It is
    // on its way before the answer is, and known here until Redis has it, so that the next request is no faster.
    private ValueTask SentAsync(CreationContext creation, Lease lease, int attempts)
    {
        var telling = backlog.ReportSentAsync(creation.Budget, lease, attempts);
        if (!ledger.ReadsBack)
        {
            return telling;
        }

        creation.Record.Telling = telling;
        return default;
    }

    private async ValueTask<CreationAnswer> RefusedAsync(CreationContext creation, Lease lease, ConversionOutcome outcome)
    {
        var fallback = settings.OnRejected == OnRejected.Fallback;
        try
        {
            var fenced = await (fallback
                ? ledger.FallbackAsync(creation.Budget, lease.Id, lease.Token, outcome.Attempts, Reasons.Refused)
                : ledger.ReleaseAsync(creation.Budget, lease.Id, lease.Token));
            if (fenced == FencedWrite.StaleLease)
            {
                // A worker has taken over and will be refused as well: it ends as a dead letter that a person sees.
                return await answers.QueuedAsync(creation, Outcome.Queued, null, time.GetUtcNow());
            }
        }
        catch (RedisUnavailableException) when (fallback)
        {
            // The change may still be made: only the answer that goes with it is safe.
            backlog.Fallback(lease, outcome.Attempts, Reasons.Refused);
        }
        catch (RedisUnavailableException)
        {
            backlog.Release(lease);
        }

        return fallback
            ? creation.Forward(Outcome.Fallback, Reasons.Refused)
            : creation.Fail(
                Outcome.Rejected, Reasons.Refused, outcome.Answer.Status!.Value, outcome.Answer.Message ?? "The Conversion API refused the conversion.");
    }
}
