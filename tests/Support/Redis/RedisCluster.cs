using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyShim.Testing;

/// <summary>A Redis Cluster as processes on loopback.</summary>
public sealed partial class RedisCluster : IAsyncDisposable
{
    /// <summary>The fewest masters with which redis-cli creates a cluster.</summary>
    public const int Masters = 3;

    // No replica takes over by itself: a disk on which a machine's other work waits makes a master silent for seconds, and to replace it forgets what it answered.
    private const int PatientMilliseconds = 60_000;

    // For as long as a test wants a failover, or where there is no replica: a dead master is missed, or replaced, after about twice that.
    private const int NodeTimeoutMilliseconds = 2000;

    private static readonly TimeSpan s_takeOverLimit = TimeSpan.FromMinutes(1);

    private readonly List<RedisServer> _nodes = [];

    private RedisCluster()
    {
    }

    /// <summary>All nodes, dead ones too. Without replicas each holds a third of the slots.</summary>
    public IReadOnlyList<RedisServer> Nodes => _nodes;

    /// <summary>All nodes, for StackExchange.Redis.</summary>
    public string ConnectionString => string.Join(',', Nodes.Select(node => node.Endpoint));

    /// <summary>Starts the nodes, joins them and waits until each sees all slots served.</summary>
    /// <param name="replicas">How many replicas each master has.</param>
    /// <param name="settings">More lines of redis.conf for every node.</param>
    public static async Task<RedisCluster> StartAsync(
        int replicas = 0, IEnumerable<string>? settings = null, CancellationToken cancellation = default)
    {
        var cluster = new RedisCluster();
        try
        {
            await cluster.LaunchAsync(replicas, [.. settings ?? []], cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every node sees the cluster whole, as after the restart of one, and every replica has what its master had by then.</summary>
    public async Task WaitUntilHealthyAsync(CancellationToken cancellation = default)
    {
        await Eventually.IsTrueAsync("every node of the cluster sees it whole", () => AreHealthyAsync(_nodes, cancellation), s_takeOverLimit, cancellation);

        // A link that is up does not yet carry anything: after a full copy the master waits for the replica's next sign of life, up to a second.
        var masters = await Task.WhenAll((await GetMastersAsync(cancellation)).Select(
            async master => (Node: master, (await ReadOffsetsAsync(master, cancellation)).Written)));
        await Eventually.IsTrueAsync(
            "every replica has told that it has what its master had",
            async () =>
            {
                var told = await Task.WhenAll(masters.Select(async master => (master.Written, (await ReadOffsetsAsync(master.Node, cancellation)).Told)));
                return told.All(one => one.Told.All(offset => offset > 0 && offset >= one.Written));
            },
            s_takeOverLimit, cancellation);
    }

    /// <summary>The nodes that hold slots.</summary>
    public async Task<IReadOnlyList<RedisServer>> GetMastersAsync(CancellationToken cancellation = default)
    {
        var roles = await Task.WhenAll(_nodes.Select(async node => (Node: node, Role: await node.ExecuteAsync(cancellation, "ROLE"))));
        return [.. roles.Where(node => node.Role.StartsWith("master", StringComparison.Ordinal)).Select(node => node.Node)];
    }

    /// <summary>Kills a master and waits until a replica has taken over its slots.</summary>
    /// <returns>The old master, dead: <see cref="RedisServer.RestartAsync"/> brings it back as a replica.</returns>
    public async Task<RedisServer> KillMasterAsync(CancellationToken cancellation = default)
    {
        var old = (await GetMastersAsync(cancellation))[0];
        var alive = _nodes.Where(node => node != old).ToArray();
        await WatchAsync(NodeTimeoutMilliseconds);
        await old.KillAsync();
        await Eventually.IsTrueAsync("a replica has taken over", async () =>
        {
            var roles = await Task.WhenAll(alive.Select(node => node.ExecuteAsync(cancellation, "ROLE")));
            return roles.Count(role => role.StartsWith("master", StringComparison.Ordinal)) == Masters && await AreHealthyAsync(alive, cancellation);
        }, s_takeOverLimit, cancellation);
        await WatchAsync(PatientMilliseconds);
        return old;

        async Task WatchAsync(int timeoutMilliseconds)
        {
            foreach (var node in alive)
            {
                await node.DoAsync(cancellation, "CONFIG", "SET", "cluster-node-timeout", $"{timeoutMilliseconds}");
            }
        }
    }

    /// <summary>Where a key is, and another master that does not have it.</summary>
    public async Task<ClusterSlot> FindSlotAsync(string key, CancellationToken cancellation = default)
    {
        var masters = await GetMastersAsync(cancellation);
        var slot = await masters[0].ExecuteAsync(cancellation, "CLUSTER", "KEYSLOT", key);
        foreach (var (index, master) in masters.Index())
        {
            // The others answer MOVED.
            if (!(await master.ExecuteAsync(cancellation, "EXISTS", key)).StartsWith("MOVED", StringComparison.Ordinal))
            {
                return new ClusterSlot(slot, master, masters[(index + 1) % masters.Count]);
            }
        }

        throw new InvalidOperationException($"No master has the slot of {key}.");
    }

    /// <summary>Begins to move a slot (redis.io, "Cluster live reconfiguration"): what is not at its master any more is asked for at the other.</summary>
    public static async Task BeginToMoveAsync(ClusterSlot slot, CancellationToken cancellation = default)
    {
        await slot.Target.DoAsync(cancellation, "CLUSTER", "SETSLOT", slot.Number, "IMPORTING", await IdOfAsync(slot.Source, cancellation));
        await slot.Source.DoAsync(cancellation, "CLUSTER", "SETSLOT", slot.Number, "MIGRATING", await IdOfAsync(slot.Target, cancellation));
    }

    /// <summary>Moves the keys, and then tells all masters who has the slot now.</summary>
    public async Task FinishMovingAsync(ClusterSlot slot, CancellationToken cancellation = default)
    {
        const string most = "100";
        while (await slot.Source.ExecuteAsync(cancellation, "CLUSTER", "GETKEYSINSLOT", slot.Number, most) is { Length: > 0 } keys)
        {
            await slot.Source.DoAsync(cancellation, ["MIGRATE", "127.0.0.1", $"{slot.Target.Port}", "", "0", "5000", "KEYS", .. keys.Split('\n')]);
        }

        var target = await IdOfAsync(slot.Target, cancellation);
        foreach (var master in (await GetMastersAsync(cancellation)).OrderByDescending(master => master == slot.Target))
        {
            await master.DoAsync(cancellation, "CLUSTER", "SETSLOT", slot.Number, "NODE", target);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private async Task LaunchAsync(int replicas, string[] settings, CancellationToken cancellation)
    {
        string[] all =
        [
            "cluster-enabled yes", $"cluster-node-timeout {(replicas > 0 ? PatientMilliseconds : NodeTimeoutMilliseconds)}",
            // Without a delay a replica's first copy starts at once, not after the five seconds that spare a busy master.
            "repl-diskless-sync-delay 0",
            // So that there is something to tell even where nothing is written.
            "repl-ping-replica-period 1", .. settings,
        ];
        for (var i = 0; i < Masters * (1 + replicas); i++)
        {
            _nodes.Add(await RedisServer.StartAsync(all, cancellation));
        }

        await RedisCli.RunAsync(
            ["--cluster", "create", .. _nodes.Select(node => node.Endpoint), "--cluster-replicas", $"{replicas}", "--cluster-yes"], cancellation);
        await WaitUntilHealthyAsync(cancellation);
    }

    // Whole: all slots are served, and every replica has what its master has.
    private async Task<bool> AreHealthyAsync(IReadOnlyCollection<RedisServer> nodes, CancellationToken cancellation)
    {
        var views = await Task.WhenAll(nodes.Select(async node =>
            (Cluster: await node.ExecuteAsync(cancellation, "CLUSTER", "INFO"), Replication: await node.ExecuteAsync(cancellation, "INFO", "replication"))));
        return views.All(view => view.Cluster.Contains("cluster_state:ok", StringComparison.Ordinal)
            && view.Cluster.Contains($"cluster_known_nodes:{_nodes.Count}", StringComparison.Ordinal)
            && !view.Replication.Contains("master_link_status:down", StringComparison.Ordinal));
    }

    /// <summary>How far a master has come with its stream, and how far each of its replicas, by their own word.</summary>
    private static async Task<(long Written, IReadOnlyList<long> Told)> ReadOffsetsAsync(RedisServer master, CancellationToken cancellation)
    {
        var view = await master.ExecuteAsync(cancellation, "INFO", "replication");
        long Offset(Match match) => long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        return (Offset(WrittenPattern.Match(view)), [.. TellingPattern.Matches(view).Select(Offset)]);
    }

    [GeneratedRegex(@"master_repl_offset:(\d+)")]
    private static partial Regex WrittenPattern { get; }

    [GeneratedRegex(@"slave\d+:.*,offset=(\d+)")]
    private static partial Regex TellingPattern { get; }

    private static Task<string> IdOfAsync(RedisServer node, CancellationToken cancellation) => node.ExecuteAsync(cancellation, "CLUSTER", "MYID");
}
