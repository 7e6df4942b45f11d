using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Held;
using ProxyShim.Ledger.Kept;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Creation;

/// <summary>Keeps a customer whose click is not there yet, with the original request, and tells the caller so. DESIGN.md, Hold.</summary>
internal sealed class CreationHolder(
    ConversionSettings settings, Claims claims, HeldCreations held, ConversionLedger ledger, SettlementBacklog backlog, CustomerAnswers answers, TimeProvider time)
{
    /// <param name="reason">Why there is no click.</param>
    /// <returns><see cref="CreationAnswer.LookAgain"/> when another request was faster.</returns>
    public async ValueTask<CreationAnswer> HoldAsync(CreationContext creation, LedgerReading reading, string reason)
    {
        var (request, record) = (creation.Request, creation.Record);
        var original = await ReadAsync(creation);
        var lease = new Lease(
            creation.Id, LeaseToken.New(), record.CustomerRef, "", request.PartnerKey, record.Caller!, record.TraceId, Moment.Now(time), Inline: true);
        var creating = new HeldCreation(
            StoredConversion.ComposeHeld(request, original, TraceContext.Current), settings.HoldFor, request.Fingerprint, record.TraceId, record.Caller!);
        try
        {
            var outcome = await held.HoldAsync(creation.Budget, lease.Id, lease.Token, Claims.DeadlineOf(creation, reading), creating);
            if (claims.RefusalOf(creation, outcome) is { } refusal)
            {
                return refusal;
            }
        }
        catch (RedisUnavailableException)
        {
            var answer = claims.Unknown(creation, lease);
            if (answer is not CreationAnswer.Forward)
            {
                backlog.NotForwarded(lease);
            }

            return answer;
        }

        // From here on it is the ledger's, whatever becomes of the answer.
        creation.Known = true;
        try
        {
            if (!await ledger.AcknowledgeAsync(creation.Budget, creation.Id, lease.Token))
            {
                return CreationAnswer.LookAgain.Instance;
            }
        }
        catch (RedisUnavailableException)
        {
            backlog.NotForwarded(lease);
            throw;
        }

        record.Reason = reason;
        return await answers.QueuedAsync(creation, Outcome.Held, null, time.GetUtcNow());
    }

    private async ValueTask<KeptCall> ReadAsync(CreationContext creation)
    {
        // It has been read before, and is there still.
        var (http, record) = (creation.Http, creation.Record);
        var (body, _) = await RequestBody.PeekAsync(http.Request, time, CancellationToken.None);
        return new KeptCall(
            creation.Request.CustomerKey, http.Request.Method, record.Target, record.Route, http.Request.ContentType, body!.Value.ToArray(), record.Caller!,
            record.TraceId, time.GetUtcNow());
    }
}
