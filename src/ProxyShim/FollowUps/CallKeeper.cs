using System.Runtime.CompilerServices;
using System.Text.Json;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Http;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.FollowUps;

/// <summary>Keeps the writes that come before PartnerStack shows their customer. DESIGN.md, "Follow-ups within the lag".</summary>
internal sealed class CallKeeper(
    FollowUpSettings settings, RedisGate redis, KeptCalls kept, SettlementBacklog backlog, KeptCallEvents events, TimeProvider time)
{
    /// <summary>Looks at the ledger before a call is forwarded, where the call may have to be kept.</summary>
    /// <returns>Null for a call that is forwarded like any other: its customer is not waited for, or it could not be played.</returns>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    public async ValueTask<EarlyWrite?> LookAsync(HttpContext context, FollowUp followUp)
    {
        var record = RequestRecord.Of(context);
        if (settings.Mode != FollowUpMode.Keep || !kept.IsPossible || !Callers.IsKnown(record.Caller))
        {
            return null;
        }

        followUp.IsLookedUp = true;
        var (id, budget) = (ConversionId.Of(followUp.CustomerKey), redis.NewBudget());
        try
        {
            await backlog.TryFlushErasedAsync(id, budget);
            var (state, waiting, referral) = await kept.ReadStatusAsync(budget, id);
            followUp.Referral = referral;
            if (waiting == 0 && state is null or ConversionState.Verified or ConversionState.Fallback or ConversionState.Dead)
            {
                return null;
            }

            return await ReadAsync(context, followUp, record) is { } call ? new EarlyWrite(followUp, id, call, waiting > 0, record) : null;
        }
        catch (Exception exception) when (exception is RedisUnavailableException or FormatException)
        {
            // No worse than the Customer API's own answer.
            return null;
        }
        finally
        {
            record.Redis += budget.Spent;
        }
    }

    /// <summary>Keeps what must not be forwarded: behind others, or where the Customer API would take it and do nothing.</summary>
    /// <returns>Null when it is to be forwarded.</returns>
    public async ValueTask<CreationAnswer?> TryKeepUnaskedAsync(EarlyWrite early)
    {
        if (!early.HasOthersBefore && !early.FollowUp.AnswersTooEarly)
        {
            return null;
        }

        var budget = redis.NewBudget();
        try
        {
            return await KeepAsync(early, budget, wasUnverified: false, early.HasOthersBefore ? Reasons.BehindKept : Reasons.WithinLag);
        }
        finally
        {
            early.Record.Redis += budget.Spent;
        }
    }

    /// <summary>Keeps what the Customer API has just answered with its 404.</summary>
    /// <returns>Null when the 404 is the answer.</returns>
    public ValueTask<CreationAnswer?> TryKeepAsync(EarlyWrite early, RedisBudget budget) => KeepAsync(early, budget, wasUnverified: true, Reasons.WithinLag);

    /// <summary>The customer as it will be: a caller reads what it wrote.</summary>
    public async ValueTask<CustomerRequest> PatchedAsync(CustomerRequest customer, RedisBudget budget)
    {
        if (settings.Mode != FollowUpMode.Keep || !kept.IsPossible)
        {
            return customer;
        }

        try
        {
            var calls = await kept.ReadAsync(budget, ConversionId.Of(customer.CustomerKey));
            return calls.Where(static call => call.IsIdempotent).Aggregate(customer, static (patched, call) => CustomerPatch.Apply(patched, call.Body));
        }
        catch (Exception exception) when (exception is RedisUnavailableException or FormatException)
        {
            return customer;
        }
    }

    private async ValueTask<CreationAnswer?> KeepAsync(EarlyWrite early, RedisBudget budget, bool wasUnverified, string reason)
    {
        try
        {
            switch (await kept.KeepAsync(budget, early.Id, early.Call, settings.MaxCalls, wasUnverified))
            {
                case KeepOutcome.Kept:
                    early.Record.Outcome = Outcome.Kept;
                    early.Record.Reason = reason;
                    early.Record.CustomerRef = events.NameOf(early.Call, early.Id);
                    events.Kept(early.Call, early.Id, reason);
                    return new CreationAnswer.Kept(new KeptObject(early.FollowUp.Version, ByteOrderMark.Skip(early.Call.Body)), settings.QueuedStatus);
                case KeepOutcome.TooMany:
                    early.Record.Reason = Reasons.TooManyKept;
                    return null;
                default:
                    return null;
            }
        }
        catch (RedisUnavailableException)
        {
            early.Record.Reason = Reasons.RedisDown;
            return null;
        }
    }

    // Null for a body that is too large to keep, or none that could be answered for.
    private async ValueTask<KeptCall?> ReadAsync(HttpContext context, FollowUp followUp, RequestRecord record)
    {
        var (body, _) = await RequestBody.PeekAsync(context.Request, time, context.RequestAborted);
        return body is not { } json || !IsObject(ByteOrderMark.Skip(json)) ? null : new KeptCall(
            followUp.CustomerKey, context.Request.Method, record.Target, record.Route, context.Request.ContentType, json.ToArray(), record.Caller!,
            record.TraceId, time.GetUtcNow());
    }

    internal static bool IsObject(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
