using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Redis.Health;

/// <summary>Whatever keeps Redis from doing its work is told with its cause, and no longer than it lasts.</summary>
public class RedisWatchTests
{
    private const string User = "reset on >pw ~proxyshim:* ~click:* +@all -@admin -@dangerous";

    /// <summary>What an operator does to a server, what Redis says then, and how it is undone; look-ups go on well all the while.</summary>
    public static TheoryData<string, string, string[], string[]> Refusals => new()
    {
        { "oom", "OOM", ["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"] },
        { "noreplicas", "NOREPLICAS", ["CONFIG", "SET", "min-replicas-to-write", "1"], ["CONFIG", "SET", "min-replicas-to-write", "0"] },
        { "noperm", "NOPERM zadd", ["ACL", "SETUSER", "default", "-zadd"], ["ACL", "SETUSER", "default", "+zadd"] },
        { "noperm", "NOPERM hincrby", ["ACL", "SETUSER", "default", "-hincrby"], ["ACL", "SETUSER", "default", "+hincrby"] },
        { "noperm", "NOPERM setnx", ["ACL", "SETUSER", "default", "-setnx"], ["ACL", "SETUSER", "default", "+setnx"] },
        { "noperm", "NOPERM keys", ["ACL", "SETUSER", "default", "resetkeys", "~proxyshim:*"], ["ACL", "SETUSER", "default", "allkeys"] },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_of_writes_is_told_although_every_read_succeeds(string reason, string word, string[] harm, string[] mend)
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var redis = new WatchedRedis(server.Endpoint);
        await redis.RecoversAsync(Cancellation);

        await server.ExecuteAsync(Cancellation, harm);
        var told = await redis.BecomesAsync(HealthComponent.Redis, reason, Cancellation);

        Assert.Equal($"{word} at {server.Endpoint}", told.Detail);
        Assert.True(await redis.ReadAsync());
        Assert.False(redis.Gate.IsBroken);
        await redis.BecomesAsync(HealthComponent.Redis, reason, Cancellation);
        await server.ExecuteAsync(Cancellation, mend);
        await redis.RecoversAsync(Cancellation);

        // However often it was looked at: once when it began and once when it was over.
        Assert.Equal([(reason, false), (reason, true)], Told(redis, "redis"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replica_is_told_whether_it_was_one_from_the_start_or_became_one(bool fromTheStart)
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var redis = new WatchedRedis(server.Endpoint);
        if (!fromTheStart)
        {
            await redis.RecoversAsync(Cancellation);
        }

        await server.ExecuteAsync(Cancellation, "REPLICAOF", "127.0.0.1", "1");
        await redis.BecomesAsync(HealthComponent.Redis, "readonly", Cancellation);
        await server.ExecuteAsync(Cancellation, "REPLICAOF", "NO", "ONE");
        await redis.RecoversAsync(Cancellation);
    }

    [Fact]
    public async Task A_Redis_that_comes_back_is_well_again()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var redis = new WatchedRedis(server.Endpoint);
        await redis.RecoversAsync(Cancellation);

        await server.KillAsync();
        var told = await redis.BecomesAsync(HealthComponent.Redis, "refused", Cancellation);
        Assert.Equal(server.Endpoint, told.Detail);
        await server.RestartAsync(Cancellation);
        await redis.RecoversAsync(Cancellation);

        server.Pause();
        await redis.BecomesAsync(HealthComponent.Redis, "timeout", Cancellation);
        server.Resume();
        await redis.RecoversAsync(Cancellation);
    }

    [Fact]
    public async Task Before_the_first_answer_something_is_degraded()
    {
        // A server that accepts and is mute.
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        await using var redis = new WatchedRedis($"{mute.LocalEndpoint}");

        await redis.Watch.StartAsync(Cancellation);

        Assert.Equal("connecting", Assert.Single(redis.Degradations.Current).Reason);
        await redis.BecomesAsync(HealthComponent.Redis, "timeout", Cancellation);
    }

    [Fact]
    public async Task A_cause_at_start_is_told_at_once_and_once()
    {
        await using var redis = new WatchedRedis($"127.0.0.1:{FreePort.Next()}");

        await redis.Watch.StartAsync(Cancellation);
        await redis.BecomesAsync(HealthComponent.Redis, "refused", Cancellation);

        Assert.Equal([("refused", false)], Told(redis, "redis"));
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_told()
    {
        await using var redis = new WatchedRedis("redis.invalid:6379");
        Assert.Equal("redis.invalid:6379", (await redis.BecomesAsync(HealthComponent.Redis, "dns", Cancellation)).Detail);
    }

    [Theory]
    [InlineData("", "NOAUTH")]
    [InlineData(",password=wrong", "WRONGPASS")]
    [InlineData(",user=shim,password=wrong", "WRONGPASS")]
    public async Task A_password_that_is_missing_or_wrong_is_told(string given, string word)
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await server.ExecuteAsync(Cancellation, "CONFIG", "SET", "requirepass", "right");
        await using var redis = new WatchedRedis(server.Endpoint + given);

        Assert.Equal($"{word} at {server.Endpoint}", (await redis.BecomesAsync(HealthComponent.Redis, "auth", Cancellation)).Detail);
    }

    /// <summary>StackExchange.Redis asks for ECHO before it takes a connection for one.</summary>
    [Fact]
    public async Task A_user_who_may_not_even_connect_is_told_for_want_of_what()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await server.ExecuteAsync(Cancellation, ["ACL", "SETUSER", "shim", .. User.Split(' '), "-echo"]);
        await using var redis = new WatchedRedis($"{server.Endpoint},user=shim,password=pw");

        Assert.Equal($"NOPERM echo at {server.Endpoint}", (await redis.BecomesAsync(HealthComponent.Redis, "noperm", Cancellation)).Detail);
    }

    [Theory]
    [InlineData(",password=wrong")]
    [InlineData(",user=shim,password=wrong")]
    public async Task A_password_that_Redis_passes_over_is_told(string given)
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var redis = new WatchedRedis(server.Endpoint + given);

        await redis.BecomesAsync(HealthComponent.RedisUser, "not_authenticated", Cancellation);
        Assert.DoesNotContain(redis.Degradations.Current, degradation => degradation.Part == HealthComponent.Redis);

        await server.ExecuteAsync(Cancellation, ["ACL", "SETUSER", "shim", "on", ">wrong", "allkeys", "+@all"]);
        await server.ExecuteAsync(Cancellation, ["ACL", "SETUSER", "default", "resetpass", ">wrong"]);
        await redis.RecoversAsync(Cancellation);
    }

    [Fact]
    public async Task A_right_user_is_nothing_to_tell()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await server.ExecuteAsync(Cancellation, ["ACL", "SETUSER", "shim", .. User.Split(' ')]);
        await using var redis = new WatchedRedis($"{server.Endpoint},user=shim,password=pw");

        await redis.RecoversAsync(Cancellation);
        Assert.Empty(Told(redis, "redis_user"));
    }

    [Fact]
    public async Task TLS_where_Redis_speaks_none_is_told()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var redis = new WatchedRedis($"{server.Endpoint},ssl=true");
        await redis.BecomesAsync(HealthComponent.Redis, "tls", Cancellation);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",ssl=true")]
    public async Task No_TLS_where_Redis_speaks_it_and_a_certificate_that_nobody_trusts_are_told(string given)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeTlsAsync(listener);
        await using var redis = new WatchedRedis($"{listener.LocalEndpoint}{given}");

        await redis.BecomesAsync(HealthComponent.Redis, "tls", Cancellation);
        listener.Stop();
        await serving;
    }

    private static List<(string? Reason, bool Over)> Told(WatchedRedis redis, string part) =>
        [.. redis.Log.Entries.Where(line => line.GetProperty("Part").GetString() == part)
            .Select(line => (line.GetProperty("Reason").GetString(), line.GetProperty("Over").GetBoolean()))];

    private static async Task ServeTlsAsync(TcpListener listener)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(Cancellation);
                await using var stream = new SslStream(client.GetStream());
                try
                {
                    await stream.AuthenticateAsServerAsync(certificate);
                }
                catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // As a TLS server does with whoever speaks something else, or does not trust it.
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException or OperationCanceledException)
        {
            // The test is over, and the listener stopped: while it was asked to accept, or just before.
        }
    }
}
