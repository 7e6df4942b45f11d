using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A stand with the usual settings, shared by the tests of a class; each begins with <see cref="Fresh"/>.</summary>
public sealed class UsualStand(TestRedis redis) : IAsyncLifetime
{
    // What one test leaves in the ledger must not be sent or read back in the next one.
    private static readonly (string Key, string? Value)[] s_settings = [("Delivery:Schedule:0", "12:00:00"), ("Verification:Grace", "12:00:00")];

    private Stand? _stand;
    private HardeningTrial? _trial;

    /// <summary>The stand, with nothing left of the test before.</summary>
    public Stand Fresh()
    {
        _stand!.Reset();
        return _stand;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _stand = await Stand.StartAsync(redis, TestContext.Current.CancellationToken, s_settings);
        _trial = new(_stand.Shim);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await using var stand = _stand;
        await (_trial?.EndAsync() ?? Task.CompletedTask);
    }
}
