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
    FollowUpSettings settings, RedisGate redis, KeptCalls kept, KeptCallEvents events, SettlementBacklog backlog, TimeProvider time)
{
    /// <summary>Looks at the ledger before a call is forwarded, where the call may have to be kept.</summary>
    /// <returns>
    /// Null for a call that is not to be kept: its customer is not waited for, or it could not be played. It is forwarded like any other, unless it has its
    /// <see cref="FollowUp.Replacement"/>.
    /// </returns>
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

            var (call, reason) = await ReadAsync(context, followUp, record);
            if (call is not null)
            {
                return new EarlyWrite(followUp, id, call, waiting > 0, record);
            }

            // Whatever it is, the changes that wait must not undo it.
            followUp.Replacement = waiting > 0 && !HttpMethods.IsPost(context.Request.Method) ? Unavailable(record, reason!) : null;
            return null;
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

    /// <summary>
    /// Keeps what must not be forwarded: behind others, or where the Customer API would take it and do nothing. Where it cannot be kept, or nobody knows
    /// whether it was, its caller is to come again: forwarded, it might take effect twice, or before those that wait, or not at all.
    /// </summary>
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
            var (outcome, answer) = await KeepAsync(early, budget, wasUnverified: false, early.HasOthersBefore ? Reasons.BehindKept : Reasons.WithinLag);
            return outcome is KeepOutcome.NotNeeded || (outcome is KeepOutcome.TooMany && !early.MustNotOvertake)
                ? null
                : answer ?? Unavailable(early.Record, early.Record.Reason!);
        }
        finally
        {
            early.Record.Redis += budget.Spent;
        }
    }

    /// <summary>Keeps what the Customer API has just answered with its 404.</summary>
    /// <returns>Null when the 404 is the answer.</returns>
    public async ValueTask<CreationAnswer?> TryKeepAsync(EarlyWrite early, RedisBudget budget) =>
        (await KeepAsync(early, budget, wasUnverified: true, Reasons.WithinLag)).Answer;

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
            return CustomerPatch.Apply(customer, calls.Where(static call => call.IsIdempotent).Select(static call => call.Body));
        }
        catch (Exception exception) when (exception is RedisUnavailableException or FormatException)
        {
            return customer;
        }
    }

    // The answer is null unless it is kept.
    private async ValueTask<(KeepOutcome Outcome, CreationAnswer? Answer)> KeepAsync(EarlyWrite early, RedisBudget budget, bool wasUnverified, string reason)
    {
        var outcome = await AskToKeepAsync(early, budget, wasUnverified);
        switch (outcome)
        {
            case KeepOutcome.Kept:
                early.Record.Outcome = Outcome.Kept;
                early.Record.Reason = reason;
                early.Record.CustomerRef = events.NameOf(early.Call, early.Id);
                events.Kept(early.Call, early.Id, reason);
                return (outcome, new CreationAnswer.Kept(new KeptObject(early.FollowUp.Version, ByteOrderMark.Skip(early.Call.Body)), settings.QueuedStatus));
            case KeepOutcome.TooMany:
                early.Record.Reason = Reasons.TooManyKept;
                break;
            case KeepOutcome.Late:
                early.Record.Reason = Reasons.RedisDown;
                break;
        }

        return (outcome, null);
    }

    // Late also where it may have been kept nevertheless: it is withdrawn then.
    private async ValueTask<KeepOutcome> AskToKeepAsync(EarlyWrite early, RedisBudget budget, bool wasUnverified)
    {
        DateTimeOffset? notAfter = null;
        try
        {
            // By the clock of the server that keeps it, and no later than the caller waits. Asked of those alone that are to be kept: the look is every write's.
            var now = await kept.ReadTimeAsync(budget, early.Id) + budget.OwnDelay;
            notAfter = now + budget.Remaining;
            return await kept.KeepAsync(budget, early.Id, early.Call, early.Nonce, settings.MaxCalls, wasUnverified, notAfter.Value);
        }
        catch (RedisUnavailableException)
        {
            if (notAfter is { } deadline)
            {
                backlog.Withdraw(early.Id, early.Nonce, deadline);
            }

            return KeepOutcome.Late;
        }
    }

    private static CreationAnswer.Failed Unavailable(RequestRecord record, string reason)
    {
        record.Outcome = Outcome.Unavailable;
        record.Reason = reason;
        return CreationAnswer.Failed.Unavailable;
    }

    // Null, and why, for a body that is too large to keep, or none that could be answered for.
    private async ValueTask<(KeptCall? Call, string? Reason)> ReadAsync(HttpContext context, FollowUp followUp, RequestRecord record)
    {
        var (body, reason) = await RequestBody.PeekAsync(context.Request, time, context.RequestAborted);
        return body is not { } json ? (null, reason)
            : !IsObject(ByteOrderMark.Skip(json)) ? (null, Reasons.MalformedJson)
            : (new KeptCall(
                followUp.CustomerKey, context.Request.Method, record.Target, record.Route, context.Request.ContentType, json.ToArray(), record.Caller!,
                record.TraceId, time.GetUtcNow()), null);
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
