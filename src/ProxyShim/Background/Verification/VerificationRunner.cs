using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.Background.Verification;

/// <summary>Reads back what was sent, or may have been sent, and settles what that proves. DESIGN.md, "Read-back".</summary>
internal sealed class VerificationRunner(
    RedisGate redis,
    ConversionLedger ledger,
    JobTaking taking,
    CustomerReader reader,
    KeyPairWatch keyPairs,
    ResendGuard brake,
    ConversionEvents events,
    VerificationSettings settings,
    DeliverySettings delivery,
    ConversionApiSettings conversionApi,
    TimeProvider time)
{
    // Gentle on an API whose rate limit is not known; conversions are proved minutes later anyway.
    private const int Concurrency = 4;

    // What asks for more is mistaken, or means another client.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    private long _pausedAt;
    private TimeSpan _pause;

    /// <returns>How many were read back.</returns>
    public Task<int> RunAsync(IReadOnlyList<ConversionId> due, CancellationToken stoppingToken) =>
        JobLoop.RunAsync(due, Concurrency, async id => !stoppingToken.IsCancellationRequested && !IsPaused && await RunAsync(id, stoppingToken));

    // Asked to be left alone, for all customers and not only for one.
    private bool IsPaused => _pause > TimeSpan.Zero && time.GetElapsedTime(_pausedAt) < _pause;

    private async ValueTask<bool> RunAsync(ConversionId id, CancellationToken stoppingToken)
    {
        ReadBackJob? review = null;
        try
        {
            return await taking.TryRunAsync(
                id,
                "read_back",
                async (budget, token) =>
                {
                    review = await ledger.TakeReadBackAsync(budget, id, token);
                    return (review is null ? TakeOutcome.Gone : TakeOutcome.Taken, review?.Job);
                },
                async taken => await (ledger.ReadsBack
                    ? SettleAsync(review!, taken.Lease, await reader.ReadAsync(taken.Stored.Request.CustomerKey, stoppingToken))
                    : GiveUpReadingAsync(review!, taken.Lease)));
        }
        catch (OperationCanceledException) when (review is not null)
        {
            // The shim stops: another replica shall ask, and need not wait for this one's lease to run out.
            await redis.TryRunAsync(async budget => await ledger.RescheduleReadBackAsync(budget, id, review.Job.Token, TimeSpan.Zero));
            return false;
        }
    }

    // The key pair was there when it was sent, and is no more.
    private async ValueTask GiveUpReadingAsync(ReadBackJob review, Lease lease) => await (review.State == ConversionState.Ambiguous
        ? ledger.DueAsync(redis.NewBudget(), lease.Id, lease.Token, 0, TimeSpan.Zero, Reasons.Unverifiable, maybeLanded: true)
        : ledger.AbandonReadBackAsync(redis.NewBudget(), lease.Id, lease.Token));

    private async ValueTask SettleAsync(ReadBackJob review, Lease lease, ReadBack answer)
    {
        keyPairs.Read(answer);
        JudgePlace(answer);
        if (answer.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            (_pausedAt, _pause) = (time.GetTimestamp(), answer.RetryAfter is { } asked && asked < s_longestPause ? asked : settings.Interval);
        }

        await (answer.Result switch
        {
            ReadBackResult.Found => FoundAsync(review, lease, answer),
            ReadBackResult.Absent => ReadBackNotFoundAsync(review, lease),
            _ => RescheduleReadBackAsync(lease),
        });
    }

    // Who is busy, or refuses the key pair, is not told by his words; nor is one who is in trouble.
    private void JudgePlace(ReadBack answer)
    {
        switch (answer)
        {
            case { Result: not ReadBackResult.Unknown }:
                if (brake.Known())
                {
                    events.ReadBacksKnown(brake.IsEngaged);
                }

                break;
            case
            {
                Status: StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status408RequestTimeout
                or StatusCodes.Status429TooManyRequests
            }:
                break;
            case { Status: < StatusCodes.Status500InternalServerError } when brake.Strange():
                events.ReadBacksStrange(answer.Status.Value);
                break;
        }
    }

    private async ValueTask FoundAsync(ReadBackJob review, Lease lease, ReadBack answer)
    {
        if (brake.Found())
        {
            events.BrakeReleased();
        }

        if (answer.Test is { } test && test != conversionApi.Test)
        {
            events.TestMismatch(test);
        }

        var reason = answer.CreatedAt < review.Job.ClaimedAt ? Reasons.AlreadyExisted : null;
        await ledger.VerifiedAsync(redis.NewBudget(), lease.Id, lease.Token, reason ?? "", outcome =>
        {
            if (outcome == VerifiedOutcome.SentAndVerified && reason is null)
            {
                events.Sent(lease, attempts: 0);
            }

            if (outcome != VerifiedOutcome.Already)
            {
                events.Verified(review, lease, reason);
            }
        });
    }

    private async ValueTask ReadBackNotFoundAsync(ReadBackJob review, Lease lease)
    {
        if (brake.Absent())
        {
            events.BrakeEngaged();
        }

        if (brake.IsEngaged)
        {
            await RescheduleReadBackAsync(lease);
        }
        else if (review.State == ConversionState.Sent && review.Resends >= settings.MaxResends)
        {
            await BuryAsync(lease, Reasons.Phantom);
        }
        else if (lease.TriedFor > delivery.MaxAge)
        {
            await BuryAsync(lease, Reasons.Expired);
        }
        else
        {
            await ledger.ReadBackNotFoundAsync(redis.NewBudget(), lease.Id, lease.Token, gone =>
            {
                if (gone == FencedWrite.Applied && review.State == ConversionState.Sent)
                {
                    events.Phantom(review, lease);
                }
            });
        }
    }

    private async ValueTask RescheduleReadBackAsync(Lease lease)
    {
        if (lease.TriedFor > delivery.MaxAge)
        {
            await BuryAsync(lease, Reasons.Unverifiable);
            return;
        }

        await ledger.RescheduleReadBackAsync(redis.NewBudget(), lease.Id, lease.Token, settings.Interval);
    }

    private async ValueTask BuryAsync(Lease lease, string reason) =>
        await ledger.BuryAsync(redis.NewBudget(), lease.Id, lease.Token, 0, reason, onReply: buried =>
        {
            if (buried == FencedWrite.Applied)
            {
                events.Dead(lease, null, reason);
            }
        });
}
