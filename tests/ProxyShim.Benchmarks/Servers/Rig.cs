using ProxyShim.Benchmarks.Load;

namespace ProxyShim.Benchmarks.Servers;

/// <summary>Everything a contender talks to: the two upstreams, and Redis, fresh for each contender.</summary>
internal sealed class Rig : IAsyncDisposable
{
    /// <summary>Customers below this number are for probes; load begins here.</summary>
    public const int FirstKey = 1000;

    private const string ConversionApi = "conversion-api";

    private readonly LoadOptions _options;
    private readonly string _directory;
    private int _starts;

    private Rig(LoadOptions options, string directory, Site site, Upstream customers, Upstream conversions) =>
        (_options, _directory, Site, Customers, Conversions) = (options, directory, site, customers, conversions);

    public Site Site { get; private init; }

    public Upstream Customers { get; }

    public Upstream Conversions { get; private set; }

    /// <param name="clicks">How many clicks Redis starts with.</param>
    /// <param name="delay">How long the Conversion API takes to answer.</param>
    public static async Task<Rig> StartAsync(LoadOptions options, int clicks, TimeSpan delay, CancellationToken cancellationToken)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("proxyshim-bench-").FullName;
        var ports = Ports.Take(5);
        var site = new Site(ports[0], ports[1], ports[2], ports[3], ports[4], directory);
        await RedisServer.SeedAsync(site.RedisPort, Path.Combine(directory, "redis"), clicks, cancellationToken);
        var customers = await Upstream.StartAsync(site.CustomerPort, Path.Combine(directory, "customer-api"), options.ApiDelay, cancellationToken);
        var conversions = await Upstream.StartAsync(site.ConversionPort, Path.Combine(directory, ConversionApi), delay, cancellationToken);
        return new Rig(options, directory, site, customers, conversions);
    }

    /// <summary>An outage of the Conversion API: connections are refused until <see cref="EndOutageAsync"/>.</summary>
    public ValueTask BeginOutageAsync() => Conversions.DisposeAsync();

    /// <summary>It counts from zero again.</summary>
    public async Task EndOutageAsync(CancellationToken cancellationToken) =>
        Conversions = await Upstream.StartAsync(Site.ConversionPort, Path.Combine(_directory, ConversionApi), TimeSpan.Zero, cancellationToken);

    /// <summary>A directory of its own for the next contender.</summary>
    public Site NextSite()
    {
        var directory = Path.Combine(_directory, $"contender-{++_starts}");
        System.IO.Directory.CreateDirectory(directory);
        return Site with { Directory = directory };
    }

    public Task<RedisServer> StartRedisAsync(CancellationToken cancellationToken) =>
        RedisServer.StartAsync(Site.RedisPort, Path.Combine(_directory, "redis"), _options.AppendOnly, cancellationToken);

    /// <summary>The API at which the requests of a workload have to arrive.</summary>
    public Upstream End(Workload workload) => workload.Converts ? Conversions : Customers;

    public async ValueTask DisposeAsync()
    {
        await Customers.DisposeAsync();
        await Conversions.DisposeAsync();
        System.IO.Directory.Delete(_directory, recursive: true);
    }
}
