using ProxyShim.Background.Playing;
using ProxyShim.Background.Verification;
using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Held;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.Background.Holding;

/// <summary>Gives a held customer's original request to the Customer API: once, whatever fails, where it can be read back.</summary>
internal sealed class HandOver(
    RedisGate redis,
    ConversionLedger ledger,
    HeldCreations held,
    CallPlayer player,
    CustomerReader reader,
    KeyPairWatch keyPairs,
    ResendGuard guard,
    ConversionEvents events,
    Backoff backoff,
    DeliverySettings delivery,
    VerificationSettings verification,
    TimeProvider time)
{
    /// <summary>Hands it over, and settles what came of it.</summary>
    /// <param name="reason">Why there is no conversion.</param>
    public async ValueTask RunAsync(HeldJob mine, string reason)
    {
        if (!player.Knows(mine.Original.Caller))
        {
            await BuryAsync(mine, Reasons.CallerGone);
            return;
        }

        // Written down first: a worker that finds it begun reads back. With it the lease begins anew.
        var before = Moment.Now(time);
        var begun = await held.BeginHandOverAsync(redis.NewBudget(), mine.Lease.Id, mine.Lease.Token, reason);
        if (begun == FencedWrite.Applied && player.IsInTime(before, held.Lease))
        {
            var result = await player.PlayAsync(mine.Original);
            keyPairs.Called(mine.Original.Caller, result.Status);
            await SettleAsync(mine, result, reason);
        }
    }

    /// <summary>It may be with the Customer API already: asks for the customer before anything else.</summary>
    public async ValueTask ReadBackAsync(HeldJob mine)
    {
        if (held.ReadBackAfter is null)
        {
            await BuryAsync(mine, Reasons.MayHaveLanded);
            return;
        }

        var answer = await reader.ReadAsync(mine.Stored.Request.CustomerKey, CancellationToken.None);
        keyPairs.Read(answer);
        switch (answer.Result)
        {
            case ReadBackResult.Found:
                await HandedAsync(mine, mine.Job.Reason ?? Reasons.NoClick, mine.Job.Attempts, answer.Status);
                break;
            case ReadBackResult.Absent when !guard.IsEngaged:
                await WaitAsync(mine, TimeSpan.Zero, mayHaveLanded: false, "not_landed");
                break;
            case var _ when mine.Job.TriedFor > delivery.MaxAge:
                await BuryAsync(mine, Reasons.Unverifiable);
                break;
            default:
                await WaitAsync(mine, answer.RetryAfter > verification.Interval ? answer.RetryAfter.Value : verification.Interval, mayHaveLanded: true, "unverified");
                break;
        }
    }

    private ValueTask SettleAsync(HeldJob mine, PlayResult result, string reason)
    {
        var error = result.Status is { } status ? $"status_{status}" : "no_answer";
        return Meaning(result) switch
        {
            AttemptResult.Sent => HandedAsync(mine, reason, mine.Job.Attempts + 1, result.Status),
            AttemptResult.Refused => BuryAsync(mine, Reasons.Refused, result.Status),
            AttemptResult.Ambiguous when held.ReadBackAfter is { } wait => WaitAsync(mine, wait, mayHaveLanded: true, error),
            AttemptResult.Ambiguous => BuryAsync(mine, Reasons.MayHaveLanded, result.Status),
            _ when mine.Job.TriedFor > delivery.MaxAge => BuryAsync(mine, Reasons.Expired, result.Status),
            _ => WaitAsync(mine, backoff.After(mine.Job.Attempts + 1, result.RetryAfter), mayHaveLanded: false, error),
        };
    }

    // It says that the customer is there already, perhaps by an attempt of ours.
    private static AttemptResult Meaning(PlayResult result) => result.Status == StatusCodes.Status409Conflict ? AttemptResult.Ambiguous : result.Meaning;

    private async ValueTask HandedAsync(HeldJob mine, string reason, int attempts, int? status)
    {
        if (await held.HandedOverAsync(redis.NewBudget(), mine.Lease.Id, mine.Lease.Token, reason) == FencedWrite.Applied)
        {
            events.HandedOver(mine.Lease, reason, attempts, status);
        }
    }

    private async ValueTask WaitAsync(HeldJob mine, TimeSpan wait, bool mayHaveLanded, string error) =>
        await held.RescheduleAsync(redis.NewBudget(), mine.Lease.Id, mine.Lease.Token, wait, mayHaveLanded, error);

    private async ValueTask BuryAsync(HeldJob mine, string reason, int? status = null)
    {
        if (await ledger.BuryAsync(redis.NewBudget(), mine.Lease.Id, mine.Lease.Token, 0, reason, status) == FencedWrite.Applied)
        {
            events.Dead(mine.Lease, reason, status);
        }
    }
}
