using ProxyShim.Background;
using ProxyShim.Conversions;
using ProxyShim.Management.Scraping;
using ProxyShim.Redis;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Output;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Management.Scraping;

/// <summary>The shim's instruments with what they look at, and a scrape of them.</summary>
internal sealed class Instruments : IAsyncDisposable
{
    public Instruments()
    {
        var settings = Given.Settings();
        Redis = new RedisGate(settings.Redis, TimeProvider.System, () => throw new TimeoutException());
        ConversionApi = new ConversionPipeline(settings.ConversionApi, TimeProvider.System);
        Degradations = new Degradations(new CapturedLog().Events, TimeProvider.System);
        Scrape = new MetricsScrape(Metrics, new ShimGauges(Metrics, Lines, Redis, ConversionApi, Ledger, Degradations, Partners));
    }

    public ShimMetrics Metrics { get; } = new();

    public BackgroundLineWriter Lines { get; } = new(new NoOutput(), TimeProvider.System);

    public RedisGate Redis { get; }

    public ConversionPipeline ConversionApi { get; }

    public LedgerSnapshot Ledger { get; } = new();

    public Degradations Degradations { get; }

    public RecentPartners Partners { get; } = new(new CustomerRef(new PrivacySettings(CustomerRefKind.None, new byte[32])), TimeProvider.System);

    public MetricsScrape Scrape { get; }

    /// <summary>The lines of a scrape, without comments, and without the runtime's own.</summary>
    public IReadOnlyList<string> Samples =>
        [.. Scrape.Read().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("proxyshim_", StringComparison.Ordinal))];

    /// <summary>Fails often enough for the breaker: nobody answers.</summary>
    public async Task LoseRedisAsync()
    {
        while (!Redis.IsBroken)
        {
            Assert.False(await Redis.TryRunAsync((_, _) => ValueTask.FromResult(0), 0));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Scrape.Dispose();
        Metrics.Dispose();
        Lines.Dispose();
        await Redis.DisposeAsync();
    }

    private sealed class NoOutput : IByteOutput
    {
        public int Write(ReadOnlySpan<byte> bytes) => bytes.Length;
    }
}
