using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

[RedisSuite]
public class ScriptCacheTests(TestRedis redis) : LedgerFixture(redis)
{
    [Fact]
    public async Task A_server_that_has_forgotten_the_scripts_is_taught_them_again()
    {
        var (id, token) = await With.ClaimAsync();
        foreach (var server in With.Redis.Multiplexer.GetServers())
        {
            await server.ExecuteAsync("SCRIPT", "FLUSH");
        }

        Assert.Equal(SentOutcome.Sent, await With.Ledger.SentAsync(With.Budget, id, token, 1, "xid_1"));
        Assert.Equal(ConversionState.Sent, (await With.SeeAsync(id))!.State);
        await With.ClaimAsync("other");
    }
}
