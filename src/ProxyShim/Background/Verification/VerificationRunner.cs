using ProxyShim.Conversions;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;
using StackExchange.Redis;

namespace ProxyShim.Background.Verification;

/// <summary>Reads back what was sent, or may have been sent, and settles what that proves. DESIGN.md, "Read-back".</summary>
internal sealed class VerificationRunner(
    RedisGate redis,
    ConversionLedger ledger,
    RedisClocks clocks,
    CustomerReader reader,
    ResendGuard brake,
    ConversionEvents events,
    VerificationSettings settings,
    DeliverySettings delivery,
    ConversionApiSettings conversionApi,
    TimeProvider time)
{
    // Gentle on an API whose rate limit nobody knows; conversions are proved minutes later anyway.
    private const int Concurrency = 4;

    // What asks for more is mistaken, or means somebody else.
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
        var since = time.GetUtcNow();
        var token = LeaseToken.New();
        var budget = redis.NewBudget();
        try
        {
            if (await budget.RunAsync(
                static (database, call) => call.ledger.TakeReadBackAsync(database, call.id, call.token), (ledger, id, token)) is not { } review)
            {
                return false;
            }

            // Without the body nobody knows any more whom to ask for, or what to send.
            var stored = StoredConversion.Read(review.Job.Body ?? default);
            var (request, job) = (stored.Request, clocks.Correct(review.Job));
            var lease = new Lease(
                id, token, events.NameOf(request.CustomerKey, id), job.Xid, request.PartnerKey, job.Caller, job.TraceId, Moment.Now(time),
                Inline: false, job.Attempts, job.MaybeLanded, job.Age, job.TriedFor, stored.SubIds, stored.ClickAgeAt(job.ClaimedAt));
            using var span = Spans.Job("read_back", lease.TraceId, stored.Span, since);
            await (ledger.ReadsBack
                ? SettleAsync(review, lease, await reader.ReadAsync(request.CustomerKey, stoppingToken))
                : GiveUpReadingAsync(review, lease));
            return true;
        }
        catch (FormatException)
        {
            if (await redis.TryRunAsync(
                static (database, call) => call.ledger.BuryAsync(database, call.id, call.token, 0, Reasons.BodyLost), (ledger, id, token)))
            {
                events.Lost();
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            // The shim stops: another replica shall ask, and need not wait for this one's lease to run out.
            await redis.TryRunAsync(
                static (database, call) => call.ledger.RescheduleReadBackAsync(database, call.id, call.token, TimeSpan.Zero), (ledger, id, token));
            return false;
        }
        catch (RedisUnavailableException)
        {
            // The read-back's lease runs out, and it is asked again.
            return false;
        }
    }

    // The key pair was there when it was sent, and is no more.
    private async ValueTask GiveUpReadingAsync(ReadBackJob review, Lease lease) => await redis.NewBudget().RunAsync(
        RedisOperation.Settle,
        static (database, call) => call.review.State == ConversionState.Ambiguous
            ? call.ledger.DueAsync(database, call.lease.Id, call.lease.Token, 0, TimeSpan.Zero, Reasons.Unverifiable, maybeLanded: true)
            : call.ledger.AbandonReadBackAsync(database, call.lease.Id, call.lease.Token),
        (ledger, review, lease));

    private async ValueTask SettleAsync(ReadBackJob review, Lease lease, ReadBack answer)
    {
        JudgeKeyPair(answer);
        JudgePlace(answer);
        if (answer.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            (_pausedAt, _pause) = (time.GetTimestamp(), answer.RetryAfter is { } asked && asked < s_longestPause ? asked : settings.Interval);
        }

        await redis.NewBudget().RunAsync(
            RedisOperation.Settle,
            async (database, call) =>
            {
                switch (call.answer.Result)
                {
                    case ReadBackResult.Found:
                        await FoundAsync(database, call.review, call.lease, call.answer);
                        break;
                    case ReadBackResult.Absent:
                        await ReadBackNotFoundAsync(database, call.review, call.lease);
                        break;
                    default:
                        await RescheduleReadBackAsync(database, call.review, call.lease);
                        break;
                }

                return true;
            },
            (review, lease, answer));
    }

    // Whoever refuses for another reason, or does not answer, says nothing of the key pair.
    private void JudgeKeyPair(ReadBack answer)
    {
        switch (answer)
        {
            case { Status: StatusCodes.Status401Unauthorized }:
                events.KeyPairRefused(Alert.KeyPairUnauthorized);
                break;
            case { Status: StatusCodes.Status403Forbidden }:
                events.KeyPairRefused(Alert.KeyPairForbidden);
                break;
            case { Result: not ReadBackResult.Unknown }:
                events.KeyPairAccepted();
                break;
        }
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

    private async Task FoundAsync(IDatabase database, ReadBackJob review, Lease lease, ReadBack answer)
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
        var outcome = await ledger.VerifiedAsync(database, lease.Id, lease.Token, reason ?? "");
        if (outcome == VerifiedOutcome.SentAndVerified && reason is null)
        {
            events.Sent(lease, attempts: 0);
        }

        if (outcome != VerifiedOutcome.Already)
        {
            events.Verified(review, lease, reason);
        }
    }

    private async Task ReadBackNotFoundAsync(IDatabase database, ReadBackJob review, Lease lease)
    {
        if (brake.Absent())
        {
            events.BrakeEngaged();
        }

        if (brake.IsEngaged)
        {
            await RescheduleReadBackAsync(database, review, lease);
        }
        else if (review.State == ConversionState.Sent && review.Resends >= settings.MaxResends)
        {
            await BuryAsync(database, lease, Reasons.Phantom);
        }
        else if (lease.TriedFor > delivery.MaxAge)
        {
            await BuryAsync(database, lease, Reasons.Expired);
        }
        else if (await ledger.ReadBackNotFoundAsync(database, lease.Id, lease.Token) == FencedWrite.Applied && review.State == ConversionState.Sent)
        {
            events.Phantom(review, lease);
        }
    }

    private async Task RescheduleReadBackAsync(IDatabase database, ReadBackJob review, Lease lease)
    {
        if (lease.TriedFor > delivery.MaxAge)
        {
            await BuryAsync(database, lease, Reasons.Unverifiable);
            return;
        }

        await ledger.RescheduleReadBackAsync(database, lease.Id, lease.Token, settings.Interval);
    }

    private async Task BuryAsync(IDatabase database, Lease lease, string reason)
    {
        if (await ledger.BuryAsync(database, lease.Id, lease.Token, 0, reason) == FencedWrite.Applied)
        {
            events.Dead(lease, null, reason);
        }
    }
}
