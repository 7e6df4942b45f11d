using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Support;

// Without [RedisSuite], on purpose.
public class TestRedisRuleTests(TestRedis redis)
{
    [Fact]
    public async Task A_test_that_would_not_run_on_every_kind_of_Redis_is_refused()
        => await Assert.ThrowsAsync<InvalidOperationException>(redis.OpenAsync);
}
