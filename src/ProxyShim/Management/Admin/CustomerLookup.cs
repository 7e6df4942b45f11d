using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.Management.Admin;

/// <summary>Puts a customer's life together: what the ledger knows, the click that began it, and why calls became no conversion.</summary>
internal sealed class CustomerLookup(
    RedisGate redis, ConversionLedger ledger, KeptCalls kept, ClickStore clicks, CustomerRef customerRef, RecentNames names, RecentDecisions decisions)
{
    /// <summary>By the <c>customer_key</c>.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public Task<FoundCustomer> FindAsync(CustomerKey key) => FindAsync(ConversionId.Of(key), key, customerRef.Of(key));

    /// <summary>By the name in the log, or by the reference of a dead letter. A name that was not used lately leads nowhere.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public async Task<FoundCustomer> FindByNameAsync(string name)
    {
        if (ConversionId.TryParse(name, out var reference))
        {
            return await FindAsync(reference.Value, null, null);
        }

        return names.Find(name) is { } id ? await FindAsync(id, null, name) : new FoundCustomer(null, null, name, [], decisions.Of(name));
    }

    /// <summary>The last creations whose customer was not read, newest first.</summary>
    public IReadOnlyList<Decision> Unread => decisions.OfNobody();

    private async Task<FoundCustomer> FindAsync(ConversionId id, CustomerKey? key, string? name)
    {
        var budget = redis.NewBudget();
        var (entry, stored) = await ledger.DescribeWithBodyAsync(budget, id);

        // The click may stand under the e-mail address, which the ledger has only as long as there is something to do.
        var request = stored?.Request ?? (key is { } known ? new CustomerRequest(known, "", "", null, null, null) : null);
        var found = request is null ? null : (await clicks.FindAsync(budget, null, CustomerIdentity.Of(request))).Click;
        var click = entry is null || found?.Xid.Value == entry.Xid ? found : null;
        name ??= request is null ? null : customerRef.Of(request.CustomerKey);
        return new FoundCustomer(entry, click, name, await CallsAsync(budget, id), name is null ? [] : decisions.Of(name));
    }

    private async Task<IReadOnlyList<KeptCall>> CallsAsync(RedisBudget budget, ConversionId id)
    {
        try
        {
            return await kept.ReadAsync(budget, id);
        }
        catch (FormatException)
        {
            // A newer version wrote one; the rest of the life is still told.
            return [];
        }
    }
}
