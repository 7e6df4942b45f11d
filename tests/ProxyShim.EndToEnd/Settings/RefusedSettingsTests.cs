using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Settings;

/// <summary>
/// Settings that would end in "ready, nothing degraded, 0 conversions": the program does not start with them, and says what to write. And what is none of its
/// business does not keep it from starting.
/// </summary>
[RedisSuite]
public sealed class RefusedSettingsTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("CustomerApi:Address", "https://api.partnerstack.com/api/v2", "write https://api.partnerstack.com ")]
    [InlineData("ConversionApi:Address", "https://partnerlinks.io/conversion/xid", "write https://partnerlinks.io ")]
    [InlineData("Redis:ConnectionString", "redis://shop@redis.internal", "write host:6379,ssl=true")]
    [InlineData("Redis:ConnectionString", "http://redis.internal:6379", "write host:6379,ssl=true")]
    [InlineData("Redis:ConnectionString", "redis-sentinel://a:26379/mymaster", "serviceName=mymaster")]
    [InlineData("Redis:ConnectionString", "\"redis.internal:6379\"", "write it without them")]
    [InlineData("Clicks:Keys", "foo:{email}", "write its first entry as Clicks:Keys:0")]
    [InlineData("Conversion:OnMiss", "Reject", "write Conversions:OnMiss")]
    [InlineData("Reddis:Timeout", "00:00:01", "write Redis:Timeout")]
    [InlineData("CustomerApi:SecretKey", "sk_replace_me", "write your own")]
    [InlineData("ConversionApi:Token", "Bearer tok", "write the token alone")]
    [InlineData("Privacy:PseudonymKey", "cmVwbGFjZS1tZS1hbmQta2VlcC1tZS1zZWNyZXQtISE=", "write what 'openssl rand -base64 32' prints")]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections", "5", "remove it or write one of Kestrel:Certificates")]
    [InlineData("Secrets:Folder", "/nowhere/at/all", "write the path of one")]
    public async Task It_does_not_start_and_says_what_to_write(string key, string value, string write)
    {
        await using var shim = await ShimProcess.LaunchAsync(new Dictionary<string, string>
        {
            ["CustomerApi:PublicKey"] = Stand.PublicKey,
            ["CustomerApi:SecretKey"] = Stand.SecretKey,
            ["ConversionApi:Token"] = Stand.Token,
            ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
            [key] = value,
        });

        Assert.Equal(78, await shim.WaitForExitAsync(Cancellation));
        Assert.Equal(2, shim.Errors.Count);
        Assert.Contains(write, shim.Errors[1], StringComparison.Ordinal);
        Assert.Empty(shim.Output);
    }

    // A pod's environment: Kubernetes' service links, other programs' variables, a collector that is set up for the whole cluster.
    [Fact]
    public async Task What_is_none_of_its_business_is_left_alone_and_what_it_cannot_do_is_told()
    {
        await using var stand = await Stand.StartAsync(
            redis, Cancellation,
            ("REDIS", "x"), ("REDIS_PORT", "tcp://10.0.0.1:6379"), ("PRIVACY", "none"), ("Logging__LogLevel__Default", "Debug"), ("ConnectionStrings__Redis", "x"),
            ("Click__House", "x"), ("SHUTDOWN_TIMEOUT", "x"), ("OTEL_METRICS_EXPORTER", "prometheus"), ("OTEL_TRACES_EXPORTER", "otlp,console"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"), ("OTEL_SDK_DISABLED", "0"), ("Redis:Timeout", " 1500ms\n"));

        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);

        Assert.Equal("converted", answer.Outcome);
        Assert.Equal(
            ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_METRICS_EXPORTER", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"],
            stand.Shim.Log.Where(line => line.TryGetProperty("Event", out var name) && name.GetString() == "SettingWarning")
                .Select(line => line.GetProperty("Setting").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_Redis_URL_is_understood_password_database_and_all()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await server.ExecuteAsync(Cancellation, "ACL", "SETUSER", "sh:op", "on", ">p@ss/w:rd%", "~*", "&*", "+@all");
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("Redis:ConnectionString", $"redis://sh%3Aop:p%40ss%2Fw%3Ard%25@127.0.0.1:{server.Port}/3"));
        await stand.WaitForRedisAsync(Cancellation);
        var key = Stand.NewKey();
        await server.ExecuteAsync(Cancellation, "-n", "3", "SET", stand.Redis.Key($"click:{key}"), "xid-1");

        Assert.Equal("converted", (await stand.PostAsync(Stand.Body(key), Cancellation)).Outcome);
        Assert.Contains("db3:", await server.ExecuteAsync(Cancellation, "INFO", "keyspace"), StringComparison.Ordinal);
        Assert.Contains("user=sh:op", await server.ExecuteAsync(Cancellation, "CLIENT", "LIST"), StringComparison.Ordinal);
    }
}
