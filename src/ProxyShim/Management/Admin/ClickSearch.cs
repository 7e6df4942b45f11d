using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Redis;

namespace ProxyShim.Management.Admin;

/// <summary>The click that a creation of this customer would find, as far as the <c>customer_key</c> alone leads to it.</summary>
internal sealed class ClickSearch(RedisGate redis, ClickStore clicks)
{
    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public async Task<Click?> FindAsync(CustomerKey key) =>
        (await clicks.FindAsync(redis.NewBudget(), RedisOperation.Click, new CustomerIdentity(key.Value))).Click;
}
