using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Support;

[RedisSuite]
public class TestRedisTests(TestRedis redis)
{
    [Fact]
    public async Task Two_tests_do_not_see_each_others_keys()
    {
        await using var one = await redis.OpenAsync();
        await using var other = await redis.OpenAsync();

        await one.Database.StringSetAsync(one.Key("key"), "value");

        Assert.Equal([one.Key("key")], await one.KeysAsync());
        Assert.Empty(await other.KeysAsync());
    }

    [Fact]
    public async Task Nothing_of_a_test_is_left()
    {
        RedisScope scope;
        await using (scope = await redis.OpenAsync())
        {
            await scope.Database.StringSetAsync(scope.Key("one"), "value");
            await scope.Database.HashSetAsync(scope.Key("two"), "field", "value");
        }

        Assert.Empty(await scope.KeysAsync());
    }

    [Fact]
    public async Task It_is_the_kind_that_was_asked_for()
    {
        var kind = $"{await redis.GetKindAsync()}";

        Assert.Equal(Environment.GetEnvironmentVariable("PROXYSHIM_TEST_REDIS_KIND") ?? kind, kind, ignoreCase: true);
    }
}
