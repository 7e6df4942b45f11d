using ProxyShim.Clicks;
using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>
/// The flow with the ledger left out, in the place of the shim's own: look up, rewrite, send, answer. It guarantees nothing, and exists to be measured
/// beside nginx and Lua, which guarantee nothing either.
/// </summary>
internal sealed class CreationFlow(
    RedisGate redis, ClickStore clicks, CustomerAnswers answers, ConversionSender sender, ConversionEvents events, TimeProvider time)
{
    public async ValueTask<CreationAnswer> RunAsync(
        CustomerRequest request, CustomerApiVersion version, RequestRecord record, HttpContext http, CancellationToken aborted)
    {
        var creation = new CreationContext(request, version, record, http, redis.NewBudget(), time.GetTimestamp());
        record.CustomerRef = events.NameOf(request.CustomerKey, creation.Id);
        record.PartnerKey = request.PartnerKey;
        var lookup = await clicks.FindAsync(creation.Budget, null, CustomerIdentity.Of(request));
        aborted.ThrowIfCancellationRequested();
        record.Redis = creation.Budget.Spent;
        if (lookup.Click is not { } click)
        {
            return creation.Forward(Outcome.Fallback, Reasons.NoClick);
        }

        if (click.PartnerKey is { } partner && partner != request.PartnerKey)
        {
            return creation.Forward(Outcome.Fallback, Reasons.PartnerMismatch);
        }

        record.Xid = click.Xid.Value;
        var lease = new Lease(
            creation.Id, new LeaseToken(""), record.CustomerRef, click.Xid.Value, request.PartnerKey, record.Caller!, record.TraceId, Moment.Now(time), Inline: true);
        var outcome = await sender.SendInlineAsync(StoredConversion.Compose(request, click).Conversion, lease.Since, events.Observe(lease));
        record.Attempts = outcome.Attempts;
        record.Upstream = outcome.Elapsed;
        record.UpstreamStatus = outcome.Answer.Status;
        if (outcome.Answer.Meaning != AttemptResult.Sent)
        {
            return creation.Unavailable(Reasons.Refused);
        }

        events.Sent(lease, outcome.Attempts);
        return answers.Created(creation, Outcome.Converted, click.SubIds, time.GetUtcNow());
    }
}
