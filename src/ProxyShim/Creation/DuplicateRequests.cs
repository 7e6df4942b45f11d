using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Held;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Creation;

/// <summary>Answers for a customer whom the ledger knows already: no second conversion, whatever the caller does.</summary>
internal sealed class DuplicateRequests(
    ConversionApiSettings settings,
    RedisGate redis,
    ConversionLedger ledger,
    HeldCreations held,
    CustomerAnswers answers,
    ConversionEvents events,
    TimeProvider time)
{
    private static readonly TimeSpan s_firstPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPoll = TimeSpan.FromMilliseconds(250);

    /// <summary>Answers in the first request's outcome, from this one's own body.</summary>
    /// <param name="click">The click that this request found, for a dead letter that is revived.</param>
    /// <returns><see cref="CreationAnswer.LookAgain"/> when the entry has vanished in the meantime: the customer is as good as new.</returns>
    public async ValueTask<CreationAnswer> AnswerAsync(CreationContext creation, LedgerEntry entry, Click? click, CancellationToken aborted)
    {
        creation.Record.Xid = entry.Xid.Length == 0 ? null : entry.Xid;
        if (entry.Fingerprint != creation.Request.Fingerprint)
        {
            creation.Record.Reason = Reasons.DuplicateDiffers;
        }

        if (await OutcomeOfFirstAsync(creation, entry, aborted) is not { } settled)
        {
            return CreationAnswer.LookAgain.Instance;
        }

        if (settled.State == ConversionState.Held && creation.Request.Click is { } own)
        {
            await EndHoldAsync(creation, own);
        }

        switch (settled.State)
        {
            case ConversionState.Sent or ConversionState.Verified:
                return answers.Created(creation, Outcome.Duplicate, click?.SubIds, entry.ClaimedAt);
            case ConversionState.Fallback:
                return creation.Forward(Outcome.Fallback, Reasons.FallbackBefore);
            case ConversionState.Dead:
                return await ReviveAsync(creation, entry, click);
            case ConversionState.Claimed or ConversionState.Held when !await AcknowledgeAsync(creation):
                // The request or worker that had it has let it go in the meantime.
                return CreationAnswer.LookAgain.Instance;
            default:
                return await answers.QueuedAsync(creation, Outcome.Duplicate, click?.SubIds, entry.ClaimedAt);
        }
    }

    /// <summary>While the first request is being sent its outcome is awaited, within the inline budget.</summary>
    private async ValueTask<LedgerEntry?> OutcomeOfFirstAsync(CreationContext creation, LedgerEntry entry, CancellationToken aborted)
    {
        var current = entry;
        for (var poll = s_firstPoll; current.InFlight && time.GetElapsedTime(creation.Start) < settings.TotalTimeout; poll *= 2)
        {
            await Task.Delay(poll < s_longestPoll ? poll : s_longestPoll, time, aborted);
            var reading = await ledger.ReadAsync(redis.NewBudget(), creation.Id);
            if (reading.Entry is null)
            {
                return null;
            }

            current = reading.Entry;
        }

        return current;
    }

    // The lease holder could still fall back, and then nothing would deliver what this caller is told is queued. Acknowledged first, it no longer may.
    private ValueTask<bool> AcknowledgeAsync(CreationContext creation) => ledger.AcknowledgeAsync(creation.Budget, creation.Id);

    // The first call lacked the click that this one brings itself. What is sent is the first one, as if its click had been found in Redis. Such a click names no
    // partner, so that there is none to judge.
    private async ValueTask EndHoldAsync(CreationContext creation, Click click)
    {
        if ((await ledger.ReadWithBodyAsync(creation.Budget, creation.Id)).Stored is not { Original: { } first, Request: var request })
        {
            return;
        }

        var brought = new NewBody(
            StoredConversion.Compose(request, click, TraceContext.Current).Body, click.Xid.Value, events.PartnerOf(request.PartnerKey), events.SubIdsOf(click));
        if (await held.ClickSuppliedAsync(creation.Budget, creation.Id, brought) == FencedWrite.Applied)
        {
            creation.Record.Xid = brought.Xid;
            var age = time.GetUtcNow() - first.KeptAt;
            events.ClickFound(new Lease(
                creation.Id, default, creation.Record.CustomerRef, brought.Xid, request.PartnerKey, first.Caller, first.TraceId, Moment.Now(time), Inline: true,
                Age: age > TimeSpan.Zero ? age : TimeSpan.Zero));
        }
    }

    /// <returns><see cref="CreationAnswer.LookAgain"/> when it is a dead letter no more.</returns>
    private async ValueTask<CreationAnswer> ReviveAsync(CreationContext creation, LedgerEntry entry, Click? click)
    {
        var anew = click is null ? null : new NewBody(
            StoredConversion.Compose(creation.Request, click, TraceContext.Current).Body, click.Xid.Value, events.PartnerOf(creation.Request.PartnerKey),
            events.SubIdsOf(click));
        switch (await ledger.ReviveAsync(creation.Budget, creation.Id, anew))
        {
            case ReviveOutcome.Revived:
                creation.Record.Xid = anew?.Xid ?? entry.Xid;
                return await answers.QueuedAsync(creation, Outcome.Duplicate, click?.SubIds, entry.ClaimedAt);
            case ReviveOutcome.NotDead:
                return CreationAnswer.LookAgain.Instance;
        }

        // Its body has expired and there is no click to make another with: the Customer API gets it, and the ledger knows that before.
        return await ledger.DiscardAsync(creation.Budget, creation.Id) ? creation.Forward(Outcome.Fallback, Reasons.FallbackBefore) : CreationAnswer.LookAgain.Instance;
    }
}
