using System.Runtime.CompilerServices;
using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.Settlement;
using ProxyShim.SwitchOver;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Creation;

/// <summary>The flow of a call that creates a customer: look up, decide, claim, send, settle, answer. DESIGN.md, Flow.</summary>
internal sealed class CreationFlow(
    ClickJudge judge,
    Claims claims,
    Shadow shadow,
    CreationHolder holder,
    RolloutControl control,
    RolloutState rollout,
    RedisGate redis,
    ClickStore clicks,
    ConversionLedger ledger,
    DuplicateRequests known,
    ClaimSending sending,
    SettlementBacklog backlog,
    ConversionEvents events,
    TimeProvider time)
{
    /// <summary>Handles one customer from end to end; what it learns on the way is in <paramref name="record"/>.</summary>
    /// <param name="http">The call itself, for one that is kept.</param>
    /// <param name="aborted">The caller hung up. It ends the flow only as long as nothing has been claimed.</param>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    public async ValueTask<CreationAnswer> RunAsync(
        CustomerRequest request, CustomerApiVersion version, RequestRecord record, HttpContext http, CancellationToken aborted)
    {
        var creation = new CreationContext(request, version, record, http, redis.NewBudget(), time.GetTimestamp());
        record.CustomerRef = events.NameOf(request.CustomerKey, creation.Id);
        record.PartnerKey = request.PartnerKey;
        try
        {
            if (!control.IsKnown)
            {
                await control.LearnAsync(creation.Budget);
                record.Rollout = rollout.Plan;
            }

            // Each look takes from the budget, so that this ends, whatever others do to the entry meanwhile.
            while (true)
            {
                if (creation.Mode != RolloutMode.Live && !creation.Known && await shadow.TryForwardAsync(creation, aborted) is { } forward)
                {
                    return forward;
                }

                var (reading, lookup) = await creation.Budget.RunTogetherAsync(
                    RedisOperation.LookUp,
                    [AsyncMethodBuilder(typeof(PooledAsync<>))] static async ValueTask<(LedgerReading, ClickLookup)> (pipeline, call) =>
                    {
                        // Both are on their way before either is awaited: one round trip.
                        var lookup = call.Ledger.StartLookup(pipeline, call.Id);
                        var clicks = call.Clicks.StartLookups(pipeline, call.Request);
                        var reading = lookup.ClusterReading is { } whole ? await whole : LedgerReading.Read(await lookup.Fields, await lookup.Time);
                        return (reading, await ClickStore.ParseAsync(call.Request, clicks));
                    },
                    (Ledger: ledger, Clicks: clicks, creation.Id, creation.Request));

                // A caller that has hung up before its customer was claimed comes again.
                aborted.ThrowIfCancellationRequested();

                creation.Known = reading.Entry is not null;
                if (await TryFlushAsync(creation))
                {
                    // Now the ledger knows what we do.
                    continue;
                }

                // An entry decides before mode, click or partner.
                var answer = reading.Entry is { } entry
                    ? await known.AnswerAsync(creation, entry, lookup.Click, aborted)
                    : creation.Mode == RolloutMode.Live ? await DecideAsync(creation, reading, lookup)
                    : CreationAnswer.LookAgain.Instance;
                if (answer is not CreationAnswer.LookAgain)
                {
                    return answer;
                }
            }
        }
        catch (RedisUnavailableException) when (creation.Known)
        {
            // The ledger has the customer: the Customer API must not get it too, whatever has become of it.
            return creation.Unavailable(Reasons.RedisDown);
        }
        catch (RedisUnavailableException)
        {
            return claims.RedisDown(creation);
        }
        catch (FormatException)
        {
            // A newer version has written what this one cannot read: known it is, so nothing else may have the customer.
            return creation.Unavailable(Reasons.LedgerFormat);
        }
        finally
        {
            record.Redis = creation.Budget.Spent;
        }
    }

    private async ValueTask<bool> TryFlushAsync(CreationContext creation)
    {
        try
        {
            return await (creation.Known ? backlog.TryFlushErasedAsync(creation.Id, creation.Budget) : backlog.TryFlushSentAsync(creation.Id, creation.Budget));
        }
        catch (RedisUnavailableException)
        {
            // We know it, although Redis cannot be told.
            creation.Known = true;
            throw;
        }
    }

    private ValueTask<CreationAnswer> DecideAsync(CreationContext creation, LedgerReading reading, ClickLookup lookup)
    {
        var verdict = judge.Judge(creation, lookup);
        if (verdict.Click is { } click)
        {
            creation.Record.PartnerKey = creation.Request.PartnerKey;
            creation.Record.Reason = verdict.Reason;
            return ClaimAsync(creation, reading, click);
        }

        return verdict.Outcome == Outcome.Held ? holder.HoldAsync(creation, reading, verdict.Reason!) : new(verdict.Outcome == Outcome.Fallback
            ? creation.Forward(Outcome.Fallback, verdict.Reason!)
            : creation.Fail(Outcome.Rejected, verdict.Reason!, StatusCodes.Status422UnprocessableEntity, "No click is known for this customer."));
    }

    /// <returns><see cref="CreationAnswer.LookAgain"/> when another request was faster.</returns>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private async ValueTask<CreationAnswer> ClaimAsync(CreationContext creation, LedgerReading reading, Click click)
    {
        var (request, record) = (creation.Request, creation.Record);
        var (stored, body) = StoredConversion.Compose(request, click, TraceContext.Current);
        record.JoinedSubIds = events.SubIdsOf(click);
        var lease = new Lease(
            creation.Id, LeaseToken.New(), record.CustomerRef, click.Xid.Value, request.PartnerKey, record.Caller!, record.TraceId, Moment.Now(time),
            Inline: true, SubIds: click.SubIds, ClickAge: record.ClickAge, JoinedSubIds: record.JoinedSubIds, RedisTime: reading.Now + creation.Budget.Spent);
        record.BodyBytes = body.Length;
        var conversion = new NewConversion(
            stored, click.Xid.Value, request.Fingerprint, record.TraceId, record.Caller!, events.PartnerOf(request.PartnerKey), record.JoinedSubIds);
        try
        {
            var outcome = await ledger.ClaimAsync(
                creation.Budget, lease.Id, lease.Token, Claims.NowOf(creation, reading), Claims.DeadlineOf(creation, reading), conversion);
            if (claims.RefusalOf(creation, outcome) is { } refusal)
            {
                return refusal;
            }
        }
        catch (RedisUnavailableException)
        {
            return claims.Unknown(creation, lease);
        }

        return await sending.SendAsync(creation, click, lease, body);
    }
}
