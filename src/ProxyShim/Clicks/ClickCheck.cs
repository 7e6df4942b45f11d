using ProxyShim.Customers;
using ProxyShim.Redis.Health;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Tries to read clicks: those of a customer who does not exist.</summary>
internal sealed class ClickCheck(ClickStore clicks) : IRedisCheck
{
    private static readonly CustomerRequest s_nobody = new(
        CustomerKey.TryCreate("proxyshim-check", out var key) ? key : default, "check@proxyshim.invalid", "", null, "proxyshim-check", null);

    public Task CheckAsync(IDatabase redis) => clicks.FindAsync(redis, s_nobody);
}
