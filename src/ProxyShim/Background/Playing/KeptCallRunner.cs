using System.Diagnostics;
using ProxyShim.Conversions;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Background.Playing;

/// <summary>Plays kept calls in order, one at a time for each customer, once PartnerStack shows the customer.</summary>
internal sealed class KeptCallRunner(
    RedisGate redis, KeptCalls kept, CallPlayer player, KeyPairWatch keyPairs, KeptCallEvents events, Backoff backoff, DeliverySettings delivery, TimeProvider time)
{
    // Gentle on an API whose rate limit is not known.
    private const int Concurrency = 4;

    /// <summary>A call that is being played is brought to its end even while the shim stops.</summary>
    /// <returns>How many were taken.</returns>
    public Task<int> RunAsync(IReadOnlyList<ConversionId> due, CancellationToken stoppingToken) =>
        JobLoop.RunAsync(due, Concurrency, async id => !stoppingToken.IsCancellationRequested && await RunAsync(id), toTheLast: true);

    /// <returns>Whether the customer's next call may be taken at once.</returns>
    private async ValueTask<bool> RunAsync(ConversionId id)
    {
        var before = Moment.Now(time);
        try
        {
            if (await kept.TakeAsync(redis.NewBudget(), id, LeaseToken.New()) is not { } taken)
            {
                return false;
            }

            KeptCall call;
            try
            {
                call = KeptCall.Read(taken.Call);
            }
            catch (FormatException)
            {
                return await BuryAsync(null, taken, Reasons.BodyLost, null);
            }

            using var span = Spans.Job("play", call.TraceId, default(ActivityContext), before.Utc);
            return await PlayAsync(call, taken, before);
        }
        catch (RedisUnavailableException)
        {
            // Not taken, or taken and not settled: its lease runs out.
            return false;
        }
    }

    private async ValueTask<bool> PlayAsync(KeptCall call, TakenCall taken, Moment before)
    {
        if (taken.WasBegun && !call.IsIdempotent)
        {
            return await BuryAsync(call, taken, Reasons.MayHaveLanded, null);
        }

        if (!player.Knows(call.Caller))
        {
            return await BuryAsync(call, taken, Reasons.CallerGone, null);
        }

        if (!player.IsInTime(before, kept.Lease))
        {
            // Where nobody else has taken it since, it surely has not landed by this one.
            await kept.RescheduleAsync(redis.NewBudget(), taken, TimeSpan.Zero, mayHaveLanded: taken.WasBegun);
            return false;
        }

        var result = await player.PlayAsync(call);
        keyPairs.Called(call.Caller, result.Status);
        switch (result.Meaning)
        {
            case AttemptResult.Sent:
                if (await kept.PlayedAsync(redis.NewBudget(), taken))
                {
                    events.Played(call, taken, result.Status!.Value);
                }

                return true;
            case AttemptResult.Refused:
                return await BuryAsync(call, taken, Reasons.Refused, result.Status);
            case AttemptResult.Ambiguous when !call.IsIdempotent:
                return await BuryAsync(call, taken, Reasons.MayHaveLanded, result.Status);
            default:
                return await AgainAsync(call, taken, result);
        }
    }

    private async ValueTask<bool> AgainAsync(KeptCall call, TakenCall taken, PlayResult result)
    {
        if (time.GetUtcNow() - call.KeptAt > delivery.MaxAge)
        {
            return await BuryAsync(call, taken, Reasons.Expired, result.Status);
        }

        await kept.RescheduleAsync(redis.NewBudget(), taken, backoff.After(taken.Attempts, result.RetryAfter), result.Meaning == AttemptResult.Ambiguous);
        return false;
    }

    private async ValueTask<bool> BuryAsync(KeptCall? call, TakenCall taken, string reason, int? status)
    {
        if (await kept.BuryAsync(redis.NewBudget(), taken, reason, status))
        {
            events.Dead(call, taken, reason, status);
        }

        return true;
    }
}
