using System.Text;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Redis;
using ProxyShim.Tests.Settings;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Ledger.Kept;

/// <summary>Kept calls in a test's part of the shared Redis, and a look behind their back.</summary>
internal sealed class KeptUnderTest : IAsyncDisposable
{
    private readonly LedgerUnderTest _ledger;
    private readonly RedisGate _gate;

    public KeptUnderTest(LedgerUnderTest ledger)
    {
        _ledger = ledger;
        Calls = new KeptCalls(new LedgerSettings(ledger.Keys, LedgerUnderTest.Lease, LedgerUnderTest.BodyTtl, LedgerUnderTest.Grace, WaitReplicas: 0, LedgerUnderTest.LongestWait));
        _gate = new RedisGate(
            Given.Settings([("Redis:ConnectionString", ledger.Scope.ConnectionString), ("Redis:Timeout", "00:01:00")]).Redis, TimeProvider.System,
            () => Task.FromResult(ledger.Scope.Connection));
    }

    public KeptCalls Calls { get; }

    public RedisBudget Budget => _gate.NewBudget();

    public static KeptCall Call(string body) => new(
        LedgerUnderTest.KeyOf("customer"), "POST", "/api/v2/transactions", "/api/v2/transactions", "application/json", Encoding.UTF8.GetBytes(body), "default",
        LedgerUnderTest.TraceId, DateTimeOffset.UnixEpoch);

    public async Task<KeepOutcome> KeepAsync(
        ConversionId id, string body, int most = 100, bool wasUnverified = false, CallNonce? nonce = null, DateTimeOffset? notAfter = null) =>
        await Calls.KeepAsync(Budget, id, Call(body), nonce ?? CallNonce.New(), most, wasUnverified, notAfter ?? DateTimeOffset.MaxValue);

    /// <summary>Takes back what would not be kept any more.</summary>
    public async Task WithdrawAsync(ConversionId id, CallNonce nonce) => Assert.True(await Calls.WithdrawAsync(Budget, id, nonce, DateTimeOffset.UnixEpoch));

    public async Task<TakenCall?> TakeAsync(ConversionId id) => await Calls.TakeAsync(Budget, id, LeaseToken.New());

    /// <summary>Takes the first and says that it was played.</summary>
    /// <returns>Its body.</returns>
    public async Task<string> PlayAsync(ConversionId id)
    {
        var taken = await TakeAsync(id);
        Assert.NotNull(taken);
        Assert.True(await Calls.PlayedAsync(Budget, taken));
        return Encoding.UTF8.GetString(KeptCall.Read(taken.Call).Body.Span);
    }

    /// <summary>Whatever the calls wait for has come, but for the customer.</summary>
    public async Task PassTimeAsync(ConversionId id) => await _ledger.Redis.SortedSetAddAsync(
        _ledger.Keys.OfCalls(id)[8], id.Hash, (await _ledger.NowAsync()).ToUnixTimeMilliseconds() - 1, SortedSetWhen.Exists);

    /// <summary>When they are looked at next.</summary>
    public async Task<DateTimeOffset> NextLookAsync(ConversionId id) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)(await _ledger.Redis.SortedSetScoreAsync(_ledger.Keys.OfCalls(id)[8], id.Hash))!.Value);

    /// <summary>The keys that kept calls have left.</summary>
    public async Task<IReadOnlyList<string>> LeftAsync() =>
        [.. (await _ledger.Scope.KeysAsync()).Where(static key => key.Split(':')[^1] is "waiting" or "playing" or "letters" || key.Contains(":calls:", StringComparison.Ordinal))];

    // The connection is that of all tests, so nobody here closes it.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
