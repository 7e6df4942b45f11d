using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>A world of one row's own: a Redis that writes down everything, a simulated PartnerStack, and the published shim.</summary>
internal sealed class Scenario : IAsyncDisposable
{
    // Short, so that a row ends within seconds. A lease is TotalTimeout + 20 s whatever is set (DESIGN.md): what a dead holder leaves takes that long.
    private static readonly IReadOnlyDictionary<string, string> s_quick = new Dictionary<string, string>
    {
        ["Verification:Grace"] = "00:00:02",
        ["Verification:Interval"] = "00:00:00.200",
        ["Delivery:Schedule:0"] = "00:00:00.200",
        ["ConversionApi:AttemptTimeout"] = "00:00:03.500",
        ["ConversionApi:TotalTimeout"] = "00:00:04",

        // Where Redis is not what fails, a disk that stalls for a moment shall cost the client a try, and not turn a conversion into a fallback.
        ["Conversions:OnRedisDown"] = "Unavailable",
    };

    private static readonly string[] s_durable = ["appendonly yes", "appendfsync always"];

    private readonly IAsyncDisposable _redis;

    private Scenario(IAsyncDisposable redis, SimulatedPartnerStack partnerStack, IReadOnlyList<Replica> replicas)
    {
        _redis = redis;
        PartnerStack = partnerStack;
        Replicas = replicas;
        App = new LegacyApp(replicas.Select(replica => replica.Address));
    }

    /// <summary>The one server. Its append-only file has what it acknowledged.</summary>
    public RedisServer Redis => (RedisServer)_redis;

    /// <summary>Where the row has <see cref="RedisTopology.Cluster"/>.</summary>
    public RedisCluster Cluster => (RedisCluster)_redis;

    /// <summary>Where the row has <see cref="RedisTopology.Sentinel"/>.</summary>
    public RedisSentinel Sentinel => (RedisSentinel)_redis;

    /// <summary>Where everything is counted.</summary>
    public SimulatedPartnerStack PartnerStack { get; }

    /// <summary>The shims, which share the Redis.</summary>
    public IReadOnlyList<Replica> Replicas { get; }

    /// <summary>The caller.</summary>
    public LegacyApp App { get; }

    /// <summary>A start of Redis that goes on while the fault lasts.</summary>
    public Task Restarting { get; set; } = Task.CompletedTask;

    /// <summary>What ends the fault, where only its beginning knows.</summary>
    public Action Lifting { get; set; } = static () => { };

    /// <param name="keyPair">Whether the shim has the vendor's key pair, and so can read back; without it the pair is only that of a caller who may convert.</param>
    /// <param name="last">Another program for the last replica.</param>
    public static async Task<Scenario> StartAsync(
        int replicas, bool keyPair, IReadOnlyDictionary<string, string> settings, IReadOnlyList<string> redisSettings, CancellationToken cancellation,
        RedisTopology topology = RedisTopology.Single, PublishedShim? last = null)
    {
        var redis = await StartRedisAsync(topology, [.. s_durable, .. redisSettings], cancellation);
        var partnerStack = await SimulatedPartnerStack.StartAsync(new() { KeyPairs = [LegacyApp.Pair] }, cancellation);
        var all = new Dictionary<string, string>(s_quick)
        {
            ["Redis:ConnectionString"] = ConnectionStringOf(redis),
            ["CustomerApi:Address"] = partnerStack.CustomerApiAddress.OriginalString,
            ["ConversionApi:Address"] = partnerStack.ConversionApiAddress.OriginalString,
            ["ConversionApi:Token"] = "tok_sandbox",
            [keyPair ? "CustomerApi:PublicKey" : "CustomerApi:Callers:0:PublicKey"] = LegacyApp.Pair.PublicKey,
            [keyPair ? "CustomerApi:SecretKey" : "CustomerApi:Callers:0:SecretKey"] = LegacyApp.Pair.SecretKey,
        };
        if (!keyPair)
        {
            all["CustomerApi:Callers:0:Name"] = "legacy";
        }

        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        // One as in a container with one processor, where a single thread serves all sockets.
        var oneThread = new Dictionary<string, string>(all) { ["DOTNET_PROCESSOR_COUNT"] = "1" };
        var scenario = new Scenario(
            redis, partnerStack, [.. Enumerable.Range(1, replicas).Select(number => new Replica(number == 1 ? oneThread : all, number == replicas ? last : null))]);
        try
        {
            await Task.WhenAll(scenario.Replicas.Select(replica => replica.StartAsync(cancellation)));
            return scenario;
        }
        catch
        {
            await scenario.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the ledger for a look: behind Sentinel that of the present master, so not for longer than it is one.</summary>
    public async Task<LedgerView> OpenLedgerAsync(CancellationToken cancellation) => await LedgerView.OpenAsync(
        _redis is RedisSentinel sentinel ? (await sentinel.GetMasterAsync(cancellation)).Endpoint : ConnectionStringOf(_redis), cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        App.Dispose();
        foreach (var replica in Replicas)
        {
            await replica.DisposeAsync();
        }

        await PartnerStack.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private static async Task<IAsyncDisposable> StartRedisAsync(RedisTopology topology, string[] settings, CancellationToken cancellation) => topology switch
    {
        RedisTopology.Cluster => await RedisCluster.StartAsync(replicas: 1, settings, cancellation),
        RedisTopology.Sentinel => await RedisSentinel.StartAsync(replicas: 1, settings, cancellation),
        _ => await RedisServer.StartAsync(settings, cancellation),
    };

    private static string ConnectionStringOf(IAsyncDisposable redis) => redis switch
    {
        RedisCluster cluster => cluster.ConnectionString,
        RedisSentinel sentinel => sentinel.ConnectionString,
        _ => ((RedisServer)redis).Endpoint,
    };
}
