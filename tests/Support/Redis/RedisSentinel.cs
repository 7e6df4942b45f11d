namespace ProxyShim.Testing;

/// <summary>A master, its replicas and the Sentinels that watch them, as processes on loopback.</summary>
public sealed class RedisSentinel : IAsyncDisposable
{
    /// <summary>The name of the master to a client.</summary>
    public const string ServiceName = "proxyshim";

    private const int Sentinels = 3;
    private const int Quorum = 2;

    // No replica takes over by itself: a disk on which a machine's other work waits makes a master silent for seconds, and to replace it forgets what it answered.
    private const int PatientMilliseconds = 60_000;

    // For as long as a test wants a failover: short, so that it sees one soon.
    private const int DownAfterMilliseconds = 2000;
    private const int FailoverTimeoutMilliseconds = 10_000;

    private readonly List<RedisServer> _servers = [];
    private readonly List<RedisServer> _sentinels = [];

    private RedisSentinel()
    {
    }

    /// <summary>Master and replicas, in no order that lasts.</summary>
    public IReadOnlyList<RedisServer> Servers => _servers;

    /// <summary>The watchers.</summary>
    public IReadOnlyList<RedisServer> Watchers => _sentinels;

    /// <summary>The Sentinels and the service name, for StackExchange.Redis.</summary>
    public string ConnectionString => $"{string.Join(',', _sentinels.Select(sentinel => sentinel.Endpoint))},serviceName={ServiceName}";

    /// <summary>Starts everything and waits until every Sentinel knows the replicas and its peers.</summary>
    /// <param name="replicas">How many replicas the master has.</param>
    /// <param name="settings">More lines of redis.conf for master and replicas.</param>
    public static async Task<RedisSentinel> StartAsync(
        int replicas = 1, IEnumerable<string>? settings = null, CancellationToken cancellation = default)
    {
        var sentinel = new RedisSentinel();
        try
        {
            await sentinel.LaunchAsync(replicas, [.. settings ?? []], cancellation);
            return sentinel;
        }
        catch
        {
            await sentinel.DisposeAsync();
            throw;
        }
    }

    /// <summary>The master as the first Sentinel sees it.</summary>
    public async Task<RedisServer> GetMasterAsync(CancellationToken cancellation = default)
    {
        var reply = await _sentinels[0].ExecuteAsync(cancellation, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", ServiceName);
        return _servers.Single(server => reply.Split('\n')[^1] == $"{server.Port}");
    }

    /// <summary>Kills the master and waits until all Sentinels agree on another, which accepts writes.</summary>
    /// <returns>The old master, dead: <see cref="RedisServer.RestartAsync"/> brings it back as a replica.</returns>
    public Task<RedisServer> KillMasterAsync(CancellationToken cancellation = default) => SilenceMasterAsync(static master => master.KillAsync(), cancellation);

    /// <summary>Ends replication for as long as the master lives: the replicas keep what they have, and it lets none of them in again.</summary>
    public async Task CutReplicasOffAsync(CancellationToken cancellation = default)
    {
        // REPLICAOF another address would cut them off as well, but that the Sentinels mend.
        var master = await GetMasterAsync(cancellation);
        await master.ExecuteAsync(cancellation, "ACL", "SETUSER", "default", "-psync", "-sync");
        await master.ExecuteAsync(cancellation, "CLIENT", "KILL", "TYPE", "replica");
    }

    /// <summary>Freezes the master (SIGSTOP) and waits until all Sentinels agree on another, which accepts writes.</summary>
    /// <returns>The old master: after <see cref="RedisServer.Resume"/> it takes itself for one until a Sentinel tells it otherwise.</returns>
    public Task<RedisServer> PauseMasterAsync(CancellationToken cancellation = default) => SilenceMasterAsync(
        static master =>
        {
            master.Pause();
            return Task.CompletedTask;
        },
        cancellation);

    /// <summary>Waits until all servers but the master are replicas that have what it has.</summary>
    public async Task WaitUntilHealthyAsync(CancellationToken cancellation = default)
    {
        var master = await GetMasterAsync(cancellation);
        var others = _servers.Where(server => server != master).ToArray();
        await Eventually.IsTrueAsync("all others replicate the master", async () =>
        {
            var states = await Task.WhenAll(others.Select(server => AskAsync(server, cancellation, "INFO", "replication")));
            return states.All(state => state.Contains("role:slave", StringComparison.Ordinal)
                && state.Contains($"master_port:{master.Port}", StringComparison.Ordinal)
                && state.Contains("master_link_status:up", StringComparison.Ordinal));
        }, TimeSpan.FromMinutes(1), cancellation);

        // A link that is up does not yet carry anything: after a full copy the master waits for the replica's next sign of life, up to a second.
        var mark = Guid.NewGuid().ToString("N");
        await Eventually.IsTrueAsync(
            "the master takes writes", async () => await AskAsync(master, cancellation, "SET", "test:mark", mark) == "OK", cancellation: cancellation);
        await Eventually.IsTrueAsync("all others have what it has", async () =>
        {
            var marks = await Task.WhenAll(others.Select(server => AskAsync(server, cancellation, "GET", "test:mark")));
            return marks.All(one => one == mark);
        }, cancellation: cancellation);
    }

    /// <summary>Lets the Sentinels change the master while all servers are up (SENTINEL FAILOVER), and waits for the end.</summary>
    /// <returns>The old master.</returns>
    public async Task<RedisServer> FailOverAsync(CancellationToken cancellation = default)
    {
        var old = await GetMasterAsync(cancellation);
        // Soon after another failover, or before the replica has been heard of, it refuses; and what it has begun it may give up.
        await Eventually.IsTrueAsync(
            "the Sentinel names another master",
            async () =>
            {
                var view = await _sentinels[0].ExecuteAsync(cancellation, "SENTINEL", "MASTER", ServiceName);
                if (Field(view, "port") != $"{old.Port}")
                {
                    return true;
                }

                if (!Field(view, "flags")!.Contains("failover_in_progress", StringComparison.Ordinal))
                {
                    await _sentinels[0].ExecuteAsync(cancellation, "SENTINEL", "FAILOVER", ServiceName);
                }

                return false;
            },
            TimeSpan.FromMinutes(1), cancellation);
        await WaitForAnotherMasterAsync(old, cancellation);
        return old;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _sentinels.Concat(_servers))
        {
            await server.DisposeAsync();
        }
    }

    private async Task LaunchAsync(int replicas, string[] settings, CancellationToken cancellation)
    {
        // Without a delay a replica's first copy starts at once, not after the five seconds that spare a busy master.
        string[] all = ["repl-diskless-sync-delay 0", .. settings];
        _servers.Add(await RedisServer.StartAsync(all, cancellation));
        var master = _servers[0];
        for (var i = 0; i < replicas; i++)
        {
            var replica = await RedisServer.StartAsync(all, cancellation);
            _servers.Add(replica);
            await replica.ReplicateAsync(master, cancellation);
        }

        for (var i = 0; i < Sentinels; i++)
        {
            _sentinels.Add(await RedisServer.StartSentinelAsync(
                [
                    $"sentinel monitor {ServiceName} 127.0.0.1 {master.Port} {Quorum}",
                    $"sentinel down-after-milliseconds {ServiceName} {PatientMilliseconds}",
                    $"sentinel failover-timeout {ServiceName} {FailoverTimeoutMilliseconds}",
                ],
                cancellation));
            // They look around every ten and every two seconds by default. Redis before 7 knows no such command and takes longer.
            await _sentinels[^1].ExecuteAsync(cancellation, "SENTINEL", "DEBUG", "info-period", "300", "publish-period", "300");
        }

        await Eventually.IsTrueAsync("every Sentinel knows all others", async () =>
        {
            var views = await Task.WhenAll(_sentinels.Select(one => one.ExecuteAsync(cancellation, "SENTINEL", "MASTER", ServiceName)));
            return views.All(view => Field(view, "num-slaves") == $"{replicas}" && Field(view, "num-other-sentinels") == $"{Sentinels - 1}");
        }, cancellation: cancellation);
        await WaitUntilHealthyAsync(cancellation);
    }

    private async Task<RedisServer> SilenceMasterAsync(Func<RedisServer, Task> silenceAsync, CancellationToken cancellation)
    {
        var old = await GetMasterAsync(cancellation);
        await WatchAsync(DownAfterMilliseconds, cancellation);
        await silenceAsync(old);
        await WaitForAnotherMasterAsync(old, cancellation);
        await WatchAsync(PatientMilliseconds, cancellation);
        return old;
    }

    private async Task WatchAsync(int downAfterMilliseconds, CancellationToken cancellation)
    {
        foreach (var sentinel in _sentinels)
        {
            await sentinel.DoAsync(cancellation, "SENTINEL", "SET", ServiceName, "down-after-milliseconds", $"{downAfterMilliseconds}");
        }
    }

    // Asked anew each time: Sentinels that were told of one failover twice may choose once more.
    private Task WaitForAnotherMasterAsync(RedisServer old, CancellationToken cancellation) =>
        Eventually.IsTrueAsync("all Sentinels agree on another master, and it accepts writes", async () =>
        {
            var views = await Task.WhenAll(_sentinels.Select(
                one => one.ExecuteAsync(cancellation, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", ServiceName)));
            return views.Distinct().Count() == 1
                && views[0].Split('\n')[^1] != $"{old.Port}"
                && (await (await GetMasterAsync(cancellation)).ExecuteAsync(cancellation, "ROLE")).StartsWith("master", StringComparison.Ordinal);
        }, TimeSpan.FromMinutes(1), cancellation);

    private static async Task<string> AskAsync(RedisServer server, CancellationToken cancellation, params string[] command)
    {
        try
        {
            return await server.ExecuteAsync(cancellation, command);
        }
        catch (InvalidOperationException)
        {
            // Sentinel cuts off every client of a server that it reconfigures, this one included.
            return "";
        }
    }

    // The reply is a flat list: a name, its value, a name, …
    private static string? Field(string reply, string name)
    {
        var lines = reply.Split('\n');
        var index = Array.IndexOf(lines, name);
        return index >= 0 && index + 1 < lines.Length ? lines[index + 1] : null;
    }
}
