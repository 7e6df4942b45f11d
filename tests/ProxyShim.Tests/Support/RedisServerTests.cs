using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Support;

public class RedisServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_written_survives_a_kill_when_it_is_appended_always()
    {
        await using var server = await RedisServer.StartAsync(["appendonly yes", "appendfsync always"], Cancellation);
        await server.ExecuteAsync(Cancellation, "SET", "key", "value");
        var firstPid = server.Pid;

        await server.KillAsync();
        await server.RestartAsync(Cancellation);

        Assert.NotEqual(firstPid, server.Pid);
        Assert.Equal("value", await server.ExecuteAsync(Cancellation, "GET", "key"));
    }

    [Fact]
    public async Task One_without_persistence_comes_back_empty_handed()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await server.ExecuteAsync(Cancellation, "SET", "key", "value");

        await server.StopAsync(Cancellation);
        await server.RestartAsync(Cancellation);

        Assert.Equal("", await server.ExecuteAsync(Cancellation, "GET", "key"));
    }

    [Fact]
    public async Task A_command_sent_in_a_pause_is_answered_after_it()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        server.Pause();

        var reply = server.ExecuteAsync(Cancellation, "PING");
        server.Resume();

        Assert.Equal("PONG", await reply);
    }

    [Fact]
    public async Task A_setting_that_redis_refuses_is_told_with_its_words()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RedisServer.StartAsync(["no-such-setting yes"], Cancellation));

        Assert.Contains("no-such-setting", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_has_the_data_of_its_master_and_stays_one_over_a_restart()
    {
        await using var master = await RedisServer.StartAsync(["repl-diskless-sync-delay 0"], Cancellation);
        await using var replica = await RedisServer.StartAsync([$"replicaof 127.0.0.1 {master.Port}"], Cancellation);
        await master.ExecuteAsync(Cancellation, "SET", "key", "value");
        await replica.WaitUntilInStepAsync(master, Cancellation);

        Assert.Equal("value", await replica.ExecuteAsync(Cancellation, "GET", "key"));
        Assert.StartsWith("READONLY", await replica.ExecuteAsync(Cancellation, "SET", "key", "other"), StringComparison.Ordinal);

        await replica.KillAsync();
        await replica.RestartAsync(Cancellation);
        Assert.StartsWith("slave", await replica.ExecuteAsync(Cancellation, "ROLE"), StringComparison.Ordinal);
    }
}
