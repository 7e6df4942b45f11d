using DotNet.Testcontainers.Builders;
using ProxyShim.Sandbox;
using Testcontainers.Redis;

namespace ProxyShim.Testing;

/// <summary>The kinds of Redis, best first: what an operator runs, then what resembles it most. Garnet is always at hand, so that what follows it is used by name only.</summary>
internal static class RedisSources
{
    /// <summary>A connection string that wins over everything.</summary>
    public const string ConnectionStringVariable = "PROXYSHIM_TEST_REDIS";

    /// <summary>The one kind to use, by name of <see cref="RedisKind"/>; it is an error when this machine lacks it.</summary>
    public const string KindVariable = "PROXYSHIM_TEST_REDIS_KIND";

    /// <summary>The image for <see cref="RedisKind.Testcontainers"/>.</summary>
    public const string ImageVariable = "PROXYSHIM_TEST_REDIS_IMAGE";

    private const string DefaultImage = "redis:7.2-alpine";

    // As an operator has to run it: what was acknowledged is on the disk.
    private static readonly string[] s_durable = ["appendonly yes", "appendfsync always"];

    // An image is pulled once in a machine's life; where no registry can be reached, the attempt must end.
    private static readonly TimeSpan ContainerLimit = TimeSpan.FromMinutes(2);

    /// <summary>How to start each; <see cref="RedisUnavailableException"/> where the machine lacks it.</summary>
    public static readonly IReadOnlyList<(RedisKind Kind, Func<Task<RedisAtHand>> StartAsync)> BestFirst =
    [
        (RedisKind.Given, FromVariableAsync),
        (RedisKind.Testcontainers, FromContainerAsync),
        (RedisKind.Process, FromProcessAsync),
        (RedisKind.Garnet, FromGarnetAsync),
        (RedisKind.Cluster, FromClusterAsync),
        (RedisKind.Sentinel, FromSentinelAsync),
    ];

    /// <summary>Starts the first one that this machine has.</summary>
    /// <param name="sources">The kinds in order.</param>
    /// <param name="wanted">The only kind to consider; null for all.</param>
    /// <returns>What it is, and why those before it are not used.</returns>
    /// <exception cref="RedisUnavailableException">There is none.</exception>
    public static async Task<(RedisAtHand Redis, RedisKind Kind, IReadOnlyList<string> PassedOver)> StartFirstAsync(
        IEnumerable<(RedisKind Kind, Func<Task<RedisAtHand>> StartAsync)> sources, RedisKind? wanted)
    {
        var passedOver = new List<string>();
        foreach (var (kind, startAsync) in sources.Where(source => wanted is null || wanted == source.Kind))
        {
            try
            {
                return (await startAsync(), kind, passedOver);
            }
            catch (RedisUnavailableException e)
            {
                passedOver.Add($"{kind}: {e.Message}");
            }
        }

        throw new RedisUnavailableException(string.Join("; ", passedOver));
    }

    private static Task<RedisAtHand> FromVariableAsync()
        => Environment.GetEnvironmentVariable(ConnectionStringVariable) is { Length: > 0 } given
            ? Task.FromResult(new RedisAtHand(given, Owner: null))
            : throw new RedisUnavailableException($"{ConnectionStringVariable} is not set");

    private static async Task<RedisAtHand> FromContainerAsync()
    {
        var image = Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } given ? given : DefaultImage;
        using var limit = new CancellationTokenSource(ContainerLimit, TimeProvider.System);
        RedisContainer? container = null;
        try
        {
            container = new RedisBuilder(image).Build();
            await container.StartAsync(limit.Token);
            return new RedisAtHand(container.GetConnectionString(), container);
        }
        catch (DockerUnavailableException e)
        {
            throw new RedisUnavailableException("no Docker engine answers", e);
        }
        catch (Exception e)
        {
            // An engine that cannot pull or run the image is of no more use than none.
            if (container is not null)
            {
                await container.DisposeAsync();
            }

            throw new RedisUnavailableException($"the container of {image} did not start: {e.Message.Split('\n')[0]}", e);
        }
    }

    private static async Task<RedisAtHand> FromProcessAsync()
    {
        RequirePrograms();
        var server = await RedisServer.StartAsync(s_durable);
        return new RedisAtHand(server.Endpoint, server);
    }

    private static async Task<RedisAtHand> FromClusterAsync()
    {
        RequirePrograms();
        var cluster = await RedisCluster.StartAsync(settings: s_durable);
        return new RedisAtHand(cluster.ConnectionString, cluster);
    }

    private static async Task<RedisAtHand> FromSentinelAsync()
    {
        RequirePrograms();
        var sentinel = await RedisSentinel.StartAsync(settings: s_durable);
        return new RedisAtHand(sentinel.ConnectionString, sentinel);
    }

    private static void RequirePrograms()
    {
        if (SearchPath.Find("redis-server") is null || SearchPath.Find("redis-cli") is null)
        {
            throw new RedisUnavailableException("redis-server and redis-cli are not on the path");
        }
    }

    private static Task<RedisAtHand> FromGarnetAsync()
    {
        var garnet = EmbeddedRedis.Start();
        return Task.FromResult(new RedisAtHand(garnet.ConnectionString, garnet));
    }
}
