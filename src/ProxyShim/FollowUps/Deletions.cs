using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.FollowUps;

/// <summary>Whom the Customer API deletes the ledger forgets: nobody who was erased is created again.</summary>
internal sealed class Deletions(ConversionLedger ledger, SettlementBacklog backlog, CustomerReader reader, TimeProvider time)
{
    // A Customer object is some hundred bytes and the vendor's custom fields.
    private const int MaxAnswerBytes = 256 * 1024;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>Before it is forwarded: afterwards PartnerStack does not tell any more whose a key of its own was.</summary>
    public async ValueTask BeginAsync(FollowUp followUp)
    {
        if (ledger.ReadsBack && OwnKey.IsLike(followUp.CustomerKey))
        {
            followUp.Owner = await reader.FindOwnerAsync(followUp.CustomerKey);
        }
    }

    /// <summary>The Customer API has deleted the customer, or does not know it.</summary>
    public async ValueTask<CreationAnswer?> EndAsync(FollowUp followUp, HttpResponseMessage response, RequestRecord record, RedisBudget budget)
    {
        var former = await EraseAsync(followUp.CustomerKey, record, budget);
        if (!response.IsSuccessStatusCode && former is ConversionState.Claimed or ConversionState.Ambiguous or ConversionState.Sent)
        {
            // The 404 says that PartnerStack does not show the customer yet, and perhaps will.
            record.Reason = Reasons.WithinLag;
        }

        if (followUp.Owner is null && response.IsSuccessStatusCode && OwnKey.IsLike(followUp.CustomerKey))
        {
            followUp.Owner = await OwnerInAsync(followUp, response);
            record.Reason ??= followUp.Owner is null ? Reasons.OwnKeyUnread : null;
        }

        if (followUp.Owner is { } owner && owner != followUp.CustomerKey)
        {
            await EraseAsync(owner, record, budget);
        }

        return null;
    }

    /// <returns>The state that the ledger had; null where it knows nobody, or Redis cannot say.</returns>
    private async ValueTask<ConversionState?> EraseAsync(CustomerKey customerKey, RequestRecord record, RedisBudget budget)
    {
        var id = ConversionId.Of(customerKey);
        try
        {
            return await ledger.EraseAsync(budget, id);
        }
        catch (RedisUnavailableException)
        {
            // The Customer API has deleted it, and says so; what Redis must forget it is told as soon as it answers again.
            backlog.Erase(id);
            record.Reason = Reasons.RedisDown;
            return null;
        }
    }

    // What is packed, or has no end that could be told, is not looked into.
    private async ValueTask<CustomerKey?> OwnerInAsync(FollowUp followUp, HttpResponseMessage response)
    {
        if (response.Content.Headers is not { ContentLength: > 0 and <= MaxAnswerBytes, ContentEncoding.Count: 0 })
        {
            return null;
        }

        // Buffered, and so there still for the caller. One that breaks off is a 502, as anywhere; who hangs up has deleted the customer all the same.
        using var late = new CancellationTokenSource(s_timeout, time);
        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, late.Token);
        return OwnKey.OwnerIn(await response.Content.ReadAsByteArrayAsync(late.Token), followUp.Version, followUp.CustomerKey);
    }
}
