using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Support;

public class RedisSourcesTests
{
    private static readonly (RedisKind, Func<Task<RedisAtHand>>)[] s_sources =
    [
        (RedisKind.Testcontainers, () => throw new RedisUnavailableException("no engine")),
        (RedisKind.Process, () => Task.FromResult(new RedisAtHand("process", Owner: null))),
        (RedisKind.Garnet, () => Task.FromResult(new RedisAtHand("garnet", Owner: null))),
    ];

    [Fact]
    public void The_order_is_given_container_process_embedded_and_the_rest_by_name()
        => Assert.Equal(
            [RedisKind.Given, RedisKind.Testcontainers, RedisKind.Process, RedisKind.Garnet, RedisKind.Cluster, RedisKind.Sentinel],
            RedisSources.BestFirst.Select(source => source.Kind));

    [Fact]
    public async Task Takes_the_first_that_is_there_and_tells_why_not_a_better_one()
    {
        var (redis, kind, passedOver) = await RedisSources.StartFirstAsync(s_sources, wanted: null);

        Assert.Equal(("process", RedisKind.Process), (redis.ConnectionString, kind));
        Assert.Equal(["Testcontainers: no engine"], passedOver);
    }

    [Fact]
    public async Task Takes_no_other_than_the_one_that_is_wanted()
    {
        var (_, kind, _) = await RedisSources.StartFirstAsync(s_sources, RedisKind.Garnet);

        Assert.Equal(RedisKind.Garnet, kind);
        await Assert.ThrowsAsync<RedisUnavailableException>(() => RedisSources.StartFirstAsync(s_sources, RedisKind.Testcontainers));
    }
}
