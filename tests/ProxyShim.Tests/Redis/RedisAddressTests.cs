using ProxyShim.Redis;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Redis;

/// <summary>The forms in which platforms hand out a Redis, and what is refused because it would never connect.</summary>
public class RedisAddressTests
{
    private const string BehindPassword =
        "names a server behind a password (servers stand first; a password with a comma is written in a URL, the comma as %2C)";

    // servers|user|password|database|TLS
    [Theory]
    [InlineData("redis://127.0.0.1:6379", "127.0.0.1:6379||||False")]
    [InlineData("redis://redis", "redis:6379||||False")]
    [InlineData("redis://redis/", "redis:6379||||False")]
    [InlineData("REDIS://redis:1/0", "redis:1|||0|False")]
    [InlineData("redis://redis?", "redis:6379||||False")]
    [InlineData("rediss://redis.internal:6380/3", "redis.internal:6380|||3|True")]
    [InlineData("tcp://172.17.0.2:6379", "172.17.0.2:6379||||False")]
    [InlineData("valkeys://valkey:6380", "valkey:6380||||True")]
    [InlineData("redis://:s3cret@redis:6379", "redis:6379||s3cret||False")]
    [InlineData("rediss://shop:s3cret@redis", "redis:6379|shop|s3cret||True")]
    [InlineData("redis://shop:p%40ss%2Fw%3Ard%25@redis", "redis:6379|shop|p@ss/w:rd%||False")]
    [InlineData("redis://sh%3Aop:a:b@redis", "redis:6379|sh:op|a:b||False")]
    [InlineData("redis://:a@b@redis", "redis:6379||a@b||False")]
    [InlineData("redis://[::1]:6380/1", "[::1]:6380|||1|False")]
    [InlineData("redis://[::1]", "[::1]:6379||||False")]
    [InlineData("redis://:x@a:1,b:2,c/0", "a:1,b:2,c:6379||x|0|False")]
    [InlineData("redis://my_redis:6379", "my_redis:6379||||False")]
    [InlineData("a:1,b,password=p,user=u,ssl=true,defaultDatabase=2", "a:1,b:0|u|p|2|True")]
    [InlineData("a:1,b,password=p", "a:1,b:0||p||False")]
    [InlineData("ssl=true,a:1,password=p, ,", "a:1||p||True")]
    [InlineData("redis://:p%2Cq@redis", "redis:6379||p,q||False")]
    public void Both_forms_are_understood(string text, string expected)
    {
        Assert.True(RedisAddress.TryParse(text, out var options, out var wrong, out _), wrong);

        var servers = string.Join(',', options.EndPoints.Select(server => server.ToString()!.Replace("Unspecified/", "", StringComparison.Ordinal)));
        Assert.Equal(expected, $"{servers}|{options.User}|{options.Password}|{options.DefaultDatabase}|{options.Ssl}");
    }

    [Theory]
    [InlineData("http://redis:6379", "is a URL, but not one of Redis")]
    [InlineData("redis-sentinel://a:26379,b:26379/0#mymaster", "is the address of Sentinels")]
    [InlineData("redis://", "names no server")]
    [InlineData("redis://:canary@", "names no server")]
    [InlineData("redis://redis:port", "names a server that cannot be one")]
    [InlineData("redis://redis:0", "names a server that cannot be one")]
    [InlineData("redis://redis:70000", "names a server that cannot be one")]
    [InlineData("redis://a:1,redis://b:2", "has a path that is no number")]
    [InlineData("redis://redis:6379,ssl=true,password=canary", "names a server that cannot be one")]
    [InlineData("redis://redis/mine", "has a path that is no number")]
    [InlineData("redis://redis/-1", "has a path that is no number")]
    [InlineData("redis://:can/ary@redis", "has a path that is no number")]
    [InlineData("redis://canary@redis", "has a user without a password")]
    [InlineData("redis://redis?password=canary", "has a query")]
    [InlineData("user:canary@redis:6379", "names a server that cannot be one")]
    [InlineData("redis 6379", "names a server that cannot be one")]
    [InlineData("redis:6379;password=canary", "")]
    [InlineData("password=canary", "names no server")]
    [InlineData("redis:6379,nonsense=canary", "is not a StackExchange.Redis connection string")]
    [InlineData("redis:6379/0", "names no server")]
    [InlineData("redis:6379,password=ab,canary", BehindPassword)]
    [InlineData("redis:6379, PassWord = ab , canary:6379,ssl=true", BehindPassword)]
    [InlineData("redis:6379,password=ab,ssl=true,canary", BehindPassword)]
    [InlineData("redis:6379,sentinelPassword=ab,canary,serviceName=mymaster", BehindPassword)]
    [InlineData("password=ab,canary", BehindPassword)]
    public void What_cannot_be_one_is_told_without_its_secrets(string text, string expected)
    {
        Assert.False(RedisAddress.TryParse(text, out var options, out var wrong, out var write));

        Assert.Null(options);
        Assert.StartsWith(expected, wrong, StringComparison.Ordinal);
        Assert.NotEmpty(wrong);
        Assert.StartsWith("write ", write, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", wrong + write, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_else_is_left_to_the_librarys_own_defaults()
    {
        Assert.True(RedisAddress.TryParse("redis://redis", out var url, out _, out _));

        Assert.Equal(ConfigurationOptions.Parse("redis:6379").ToString(), url.ToString());
    }
}
