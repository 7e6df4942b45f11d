using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>Base of the tests of the ledger's rules: each test gets ledgers of its own.</summary>
[RedisSuite]
public abstract class LedgerFixture(TestRedis redis) : IAsyncLifetime
{
    private readonly List<LedgerUnderTest> _ledgers = [];

    /// <summary>One that can read back.</summary>
    private protected LedgerUnderTest With { get; private set; } = null!;

    /// <summary>One without a key pair to read back with.</summary>
    private protected LedgerUnderTest Without { get; private set; } = null!;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        With = await OpenAsync();
        Without = await OpenAsync(readsBack: false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var ledger in _ledgers)
        {
            await ledger.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private protected async Task<LedgerUnderTest> OpenAsync(bool readsBack = true)
    {
        var ledger = new LedgerUnderTest(await redis.OpenAsync(), readsBack);
        _ledgers.Add(ledger);
        return ledger;
    }
}
