using ProxyShim.Clicks;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Redis.Health;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;

namespace ProxyShim.Tests.Redis.Health;

/// <summary>A gate, what watches it, and what that tells. Its clock can be put forward; timers run as ever.</summary>
internal sealed class WatchedRedis : IAsyncDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly LeapingTime _time = new();
    private readonly LedgerSettings _ledger;

    /// <param name="connection">The connection string.</param>
    /// <param name="more">Further settings.</param>
    public WatchedRedis(string connection, params (string Key, string? Value)[] more)
    {
        var settings = Given.Settings([("Redis:ConnectionString", connection), .. more]);
        _ledger = settings.Ledger;
        Gate = new RedisGate(settings.Redis, _time);
        Log = new CapturedLog();
        Degradations = new Degradations(Log.Events, _time);
        Watch = new RedisWatch(Gate, [new LedgerCheck(_ledger), new ClickCheck(new ClickStore(settings.Clicks))], Degradations, _time);
    }

    public RedisGate Gate { get; }

    public RedisWatch Watch { get; }

    public Degradations Degradations { get; }

    public CapturedLog Log { get; }

    /// <summary>Looks, and asks what every request asks, until a part is in trouble for a reason.</summary>
    public Task<Degradation> BecomesAsync(HealthComponent part, string reason, CancellationToken cancellation) => Eventually.FindAsync(
        $"{part.Name} is degraded: {reason}",
        async () =>
        {
            await LookAsync();
            return Degradations.Current.SingleOrDefault(degradation => degradation.Part == part && degradation.Reason == reason);
        },
        s_longest,
        cancellation);

    /// <summary>Looks until nothing is wrong.</summary>
    public Task RecoversAsync(CancellationToken cancellation) => Eventually.IsTrueAsync(
        "nothing is degraded",
        async () =>
        {
            await LookAsync();
            return Degradations.Current.Count == 0 && Gate.News.HasAnswered;
        },
        s_longest,
        cancellation);

    /// <summary>What every request does first, which Redis answers whatever it refuses besides.</summary>
    public ValueTask<bool> ReadAsync() => Gate.TryRunAsync(async budget => await new ConversionLedger(_ledger).ReadAsync(budget, new ConversionId(0, "probe")));

    public async ValueTask DisposeAsync()
    {
        Watch.Dispose();
        await Gate.DisposeAsync();
    }

    private async Task LookAsync()
    {
        await ReadAsync();
        _time.Leap(RedisWatch.CheckInterval);
        await Watch.LookAsync();
    }

    private sealed class LeapingTime : TimeProvider
    {
        private long _leapt;

        public void Leap(TimeSpan by) => _leapt += (long)(by.TotalSeconds * TimestampFrequency);

        public override long GetTimestamp() => System.GetTimestamp() + _leapt;
    }
}
