using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Http;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.FollowUps;

/// <summary>
/// Minutes pass before PartnerStack shows a conversion's customer. Until then the ledger stands in: a read is answered from it, a deletion takes the
/// customer out of it, and a write that comes too soon is kept until the customer is there.
/// </summary>
internal sealed class FollowUpFilter(
    ConversionApiSettings settings, RedisGate redis, ConversionLedger ledger, SettlementBacklog backlog, Deletions deletions, CallKeeper keeper, ConversionEvents events,
    TimeProvider time) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Only a caller that may convert learns anything from the ledger, or changes it.
        var record = RequestRecord.Of(context);
        if (record.Caller is null || await TryParseAsync(context, record) is not { } followUp)
        {
            await next(context);
            return;
        }

        try
        {
            var early = followUp.Kind == FollowUpKind.Write ? await keeper.LookAsync(context, followUp) : null;
            var unforwarded = followUp.Replacement ?? (early is null ? null : await keeper.TryKeepUnaskedAsync(early));
            if (unforwarded is not null)
            {
                await ShimAnswer.WriteAsync(context, unforwarded);
                return;
            }

            if (followUp.Kind == FollowUpKind.Delete)
            {
                await deletions.BeginAsync(followUp);
            }

            // Who forwards the call takes the body away; of a customer whom no conversion has brought nothing is told.
            if (RouteName.IsSale(context.Request.Method, record.Route) && (!followUp.IsLookedUp || followUp.Referral is not null))
            {
                followUp.Sale = Sale.Read(followUp.Body);
            }

            context.Features.Set<IForwardedAnswerFilter>(new AnswerFilter(this, followUp, early, record));
            await next(context);
            if (followUp.Replacement is { } answer && !context.Response.HasStarted)
            {
                context.Response.Clear();
                await ShimAnswer.WriteAsync(context, answer);
            }
        }
        finally
        {
            RequestBody.Discard(context.Request);
        }
    }

    private async ValueTask<bool> AcceptAsync(FollowUp followUp, EarlyWrite? early, RequestRecord record, HttpResponseMessage response)
    {
        var budget = redis.NewBudget();
        try
        {
            followUp.Replacement = (followUp.Kind, (int)response.StatusCode) switch
            {
                (FollowUpKind.Delete, >= 200 and < 300) => await deletions.EndAsync(followUp, response, record, budget),

                // Where anyone may convert, a pair that is not of the settings may be another account's, and of that account a 404 is true.
                (FollowUpKind.Delete, 404) when Callers.IsKnown(record.Caller) => await deletions.EndAsync(followUp, response, record, budget),
                (FollowUpKind.Read, 404) when Callers.IsKnown(record.Caller) => await ReadAsync(followUp, record, budget),

                // The API's own 404 is JSON; a gateway's says nothing of the customer.
                (FollowUpKind.Write, 404) when early is not null && response.Content.Headers.ContentType?.MediaType == "application/json" =>
                    await keeper.TryKeepAsync(early, budget),
                (FollowUpKind.Write, 404) => await MarkAsync(followUp, record, budget),
                (FollowUpKind.Write, >= 200 and < 300) => Refer(followUp, record),
                _ => null,
            };
        }
        finally
        {
            record.Redis += budget.Spent;
        }

        return followUp.Replacement is null;
    }

    // The chain's last link. Where the ledger has not been asked yet, it is once the caller has its answer.
    private CreationAnswer? Refer(FollowUp followUp, RequestRecord record)
    {
        if (followUp.IsLookedUp)
        {
            Note(followUp.Referral);
        }
        else
        {
            record.AfterAnswer = async () => Note(await FindReferralAsync(followUp, record));
        }

        return null;

        void Note(Referral? referral)
        {
            if (referral is not null)
            {
                record.CustomerRef = events.NameOf(followUp.CustomerKey, ConversionId.Of(followUp.CustomerKey));
                record.Referral = referral;
                record.SignupAge = referral.AgeAt(time.GetUtcNow());
                record.Sale = followUp.Sale;
            }
        }
    }

    private async ValueTask<Referral?> FindReferralAsync(FollowUp followUp, RequestRecord record)
    {
        var budget = redis.NewBudget();
        try
        {
            return await ledger.ReferralAsync(budget, ConversionId.Of(followUp.CustomerKey));
        }
        catch (Exception exception) when (exception is RedisUnavailableException or FormatException)
        {
            return null;
        }
        finally
        {
            record.Redis += budget.Spent;
        }
    }

    private async ValueTask<FollowUp?> TryParseAsync(HttpContext context, RequestRecord record)
    {
        var method = context.Request.Method;
        var path = RawTarget.PathOf(record.Target);
        if (FollowUp.RowOf(method, path) is not { } named)
        {
            return FollowUp.OfPath(method, path);
        }

        var (body, _) = await RequestBody.PeekAsync(context.Request, time, context.RequestAborted);
        return body is { } json ? FollowUp.OfBody(named.Row, named.Version, json) : null;
    }

    private async ValueTask<CreationAnswer?> ReadAsync(FollowUp followUp, RequestRecord record, RedisBudget budget)
    {
        var (entry, stored) = await FindAsync(followUp, budget);
        if (entry is null || stored is null)
        {
            return null;
        }

        record.Reason = Reasons.FromLedger;
        var request = await keeper.PatchedAsync(stored.Request, budget);
        return new CreationAnswer.Created(
            new CustomerObject(followUp.Version, request, stored.SubIds, entry.ClaimedAt, settings.Test, IsRead: true), StatusCodes.Status200OK);
    }

    private async ValueTask<CreationAnswer?> MarkAsync(FollowUp followUp, RequestRecord record, RedisBudget budget)
    {
        var (_, stored) = await FindAsync(followUp, budget);
        record.Reason = stored is null ? record.Reason : Reasons.WithinLag;
        return null;
    }

    private async ValueTask<(LedgerEntry? Entry, StoredConversion? Stored)> FindAsync(FollowUp followUp, RedisBudget budget)
    {
        var id = ConversionId.Of(followUp.CustomerKey);
        try
        {
            await backlog.TryFlushErasedAsync(id, budget);
            return await ledger.ReadWithBodyAsync(budget, id);
        }
        catch (Exception exception) when (exception is RedisUnavailableException or FormatException)
        {
            // The Customer API's own 404 stands.
            return default;
        }
    }

    private sealed class AnswerFilter(FollowUpFilter owner, FollowUp followUp, EarlyWrite? early, RequestRecord record) : IForwardedAnswerFilter
    {
        public ValueTask<bool> AcceptAsync(HttpContext context, HttpResponseMessage response) =>
            owner.AcceptAsync(followUp, early, record, response);
    }
}
