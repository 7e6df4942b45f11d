using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Telemetry;

namespace ProxyShim.Management.Admin;

/// <summary>Puts a customer's life together: what the ledger knows, and the click that began it.</summary>
internal sealed class CustomerSearch(RedisGate redis, ConversionLedger ledger, ClickStore clicks, CustomerRef customerRef)
{
    /// <summary>The ledger's entry and the click; null where there is none. A click that was not the one converted is none.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public async Task<(LedgerDetails? Entry, Click? Click)> FindAsync(CustomerKey key) => await redis.NewBudget().RunAsync(
        static async (database, call) =>
        {
            var id = ConversionId.Of(call.key);
            var describing = call.ledger.DescribeAsync(database, id);

            // The click may stand under the e-mail address, which the ledger has only as long as there is something to do.
            var request = await RequestAsync(call.ledger.ReadBodyAsync(database, id)) ?? new CustomerRequest(call.key, "", "", null, null, null);
            var click = (await call.clicks.FindAsync(database, request)).Click;
            var entry = await describing;
            return (entry, entry is null || click?.Xid.Value == entry.Xid ? click : null);
        },
        (ledger, clicks, key));

    /// <summary>The customer's name in the log.</summary>
    public string? RefOf(CustomerKey key) => customerRef.Of(key);

    private static async Task<CustomerRequest?> RequestAsync(Task<StoredConversion?> reading)
    {
        try
        {
            return (await reading)?.Request;
        }
        catch (FormatException)
        {
            // A newer version wrote it; what the key alone tells is still told.
            return null;
        }
    }
}
