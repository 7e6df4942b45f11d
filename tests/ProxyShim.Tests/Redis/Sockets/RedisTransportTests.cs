using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Redis;
using ProxyShim.Redis.Sockets;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Redis.Sockets;

public class RedisTransportTests
{
    // More than any socket takes at once, and many times what is received in one turn.
    private const int ManyBytes = 4 * 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_larger_than_a_socket_takes_arrives_whole_among_what_is_small()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var connection = await ConnectAsync(server);
        var redis = connection.GetDatabase();
        var values = Enumerable.Range(0, 64).Select(number => number % 16 == 0 ? Large(number) : [(byte)number]).ToArray();

        await Task.WhenAll(values.Select((value, number) => redis.StringSetAsync($"{number}", value)));
        var replies = await Task.WhenAll(values.Select((_, number) => redis.StringGetAsync($"{number}")));

        Assert.All(replies, (reply, number) => Assert.Equal(values[number], (byte[]?)reply));
    }

    [Fact]
    public async Task Commands_of_one_turn_leave_at_its_end()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var connection = await ConnectAsync(server);
        var redis = connection.GetDatabase();
        Task<long> first, second;
        using (ReplyBatch.Enter())
        {
            first = redis.StringIncrementAsync("key");
            second = redis.StringIncrementAsync("key");
        }

        Assert.Equal(1, await first);
        Assert.Equal(2, await second);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_no_caller_waits_for_leaves_on_a_busy_connection_with_the_next_command_or_soon(bool another)
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var other = await ConnectAsync(server);
        var time = new FakeTimeProvider();
        await using var connection = await ConnectAsync(server, time);
        var redis = connection.GetDatabase();
        await redis.PingAsync();

        var first = IncrementUnawaited(redis);
        var second = IncrementUnawaited(redis);
        Assert.False(await other.GetDatabase().KeyExistsAsync("key"));
        if (another)
        {
            await redis.PingAsync();
        }
        else
        {
            time.Advance(RedisTransport.LongestWait);
        }

        Assert.Equal((1, 2), (await first, await second));

        // The timer, which may be set still, is set again for what comes now.
        time.Advance(RedisTransport.LongestWait);
        await redis.PingAsync();
        var third = IncrementUnawaited(redis);
        time.Advance(RedisTransport.LongestWait);
        Assert.Equal(3, await third);
    }

    [Fact]
    public async Task What_no_caller_waits_for_leaves_at_once_where_no_command_is_near()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var other = await ConnectAsync(server);
        var time = new FakeTimeProvider();
        await using var connection = await ConnectAsync(server, time);
        var redis = connection.GetDatabase();
        var hasLeft = false;

        // Where the library has just sent a command of its own, that one is near: the next time none is.
        for (var count = 1; count <= 20 && !hasLeft; count++)
        {
            await redis.PingAsync();
            time.Advance(TimeSpan.FromMilliseconds(2));
            var unawaited = IncrementUnawaited(redis);
            hasLeft = await other.GetDatabase().StringGetAsync("key") == count;
            await redis.PingAsync();
            Assert.Equal(count, await unawaited);
        }

        Assert.True(hasLeft);
    }

    // Where one thread serves all sockets, what a busy connection is given waits for the end of that thread's turn.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commands_of_many_callers_are_all_carried_out_each_ones_in_its_order(bool hasOneThread)
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var connection = await ConnectAsync(server, hasOneThread: hasOneThread);
        var redis = connection.GetDatabase();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(() => CountAsync($"{caller}"), Cancellation)));

        async Task CountAsync(string key)
        {
            for (var i = 1; i <= 1000; i++)
            {
                Assert.Equal(i, await redis.StringIncrementAsync(key));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Code_that_goes_on_after_a_reply_may_give_commands_without_end(bool hasOneThread)
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var connection = await ConnectAsync(server, hasOneThread: hasOneThread);
        var redis = connection.GetDatabase();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CountAsync()));

        Assert.Equal(8 * 2000, (long)await redis.StringGetAsync("key"));

        async Task CountAsync()
        {
            for (var i = 0; i < 2000; i++)
            {
                await redis.StringIncrementAsync("key").ResumeInBatch();
            }
        }
    }

    [Fact]
    public async Task Code_goes_on_when_StackExchange_Redis_is_done_with_what_came_in()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var connection = await ConnectAsync(server);

        // Whoever has just connected is still within StackExchange.Redis, and stays there when the reply is faster than the await.
        await Task.Yield();
        await connection.GetDatabase().PingAsync().ResumeInBatch();

        Assert.DoesNotContain("StackExchange.Redis", Environment.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_for_a_reply_learns_that_the_server_has_gone()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var connection = await ConnectAsync(server);
        server.Pause();
        var waiting = connection.GetDatabase().PingAsync();

        await server.KillAsync();

        var gone = await Assert.ThrowsAnyAsync<RedisException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancellation));
        Assert.IsNotType<RedisTimeoutException>(gone);
    }

    [Fact]
    public async Task A_reply_that_waits_for_our_own_thread_is_not_late()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        var (settings, time) = (Settings(server.Endpoint), new FakeTimeProvider());
        await using var gate = new RedisGate(settings, time);
        await Eventually.IsTrueAsync("Redis answers", () => PingAsync(gate), cancellation: Cancellation);
        var isBusy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goOn = new ManualResetEventSlim();
        var busy = gate.TryRunAsync(
            static async (database, thread) =>
            {
                var answer = await database.PingAsync().ResumeInBatch();
                thread.isBusy.SetResult();
                thread.goOn.Wait(Cancellation);
                return answer;
            },
            (isBusy, goOn));
        await isBusy.Task;

        var budget = gate.NewBudget();
        var asking = budget.RunAsync(static async (database, _) => await database.PingAsync(), 0);
        await Eventually.IsTrueAsync(
            "the reply is there", () => Task.FromResult(((RedisTunnel)settings.Connection.Tunnel!).IsBehind()), cancellation: Cancellation);
        time.Advance(settings.Timeout * 3);
        Assert.False(asking.IsCompleted);
        goOn.Set();

        await asking;
        await busy;
        Assert.Equal((settings.Timeout, settings.Timeout * 2), (budget.Remaining, budget.OwnDelay));
        Assert.False(gate.IsBroken);
    }

    [Fact]
    public async Task A_server_that_comes_back_is_found_again()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var gate = new RedisGate(Settings(server.Endpoint), TimeProvider.System);
        await Eventually.IsTrueAsync("Redis answers", () => PingAsync(gate), cancellation: Cancellation);

        await server.KillAsync();
        Assert.False(await PingAsync(gate));
        await server.RestartAsync(Cancellation);

        await Eventually.IsTrueAsync("Redis answers again", () => PingAsync(gate), cancellation: Cancellation);
    }

    [Fact]
    public async Task An_address_that_takes_no_connection_ends_with_the_connect_timeout()
    {
        // Its queue is full with the first, so that the second hangs as it does behind a firewall that drops packets.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var endpoint = listener.LocalEndPoint!;
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(endpoint, Cancellation);
        var tunnel = new RedisTunnel(TimeSpan.FromMilliseconds(100), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => tunnel.ConnectTransportAsync(endpoint, ConnectionType.Interactive, default, Cancellation).AsTask());
    }

    [Fact]
    public async Task One_large_value_leaves_no_large_buffer()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndPoint!, Cancellation);
        await using var transport = new RedisTransport(socket, TimeProvider.System, hasOneThread: false, static _ => { });
        var usual = transport.GetMemory().Length;

        Assert.InRange(transport.GetMemory(ManyBytes).Length, ManyBytes, int.MaxValue);
        transport.Advance(ManyBytes);
        transport.Flush();

        Assert.Equal(usual, transport.GetMemory().Length);
    }

    private static RedisSettings Settings(string endpoint) => Given.Settings(("Redis:ConnectionString", endpoint)).Redis;

    private static Task<long> IncrementUnawaited(IDatabase redis)
    {
        using var turn = ReplyBatch.Enter(isAwaited: false);
        return redis.StringIncrementAsync("key");
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(RedisServer server, TimeProvider? time = null, bool? hasOneThread = null)
    {
        var options = Settings(server.Endpoint).Connection;
        options.Tunnel = new RedisTunnel(TimeSpan.FromMilliseconds(options.ConnectTimeout), time ?? TimeProvider.System, hasOneThread);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    private static Task<bool> PingAsync(RedisGate gate) => gate.TryRunAsync(static async (database, _) => await database.PingAsync(), 0).AsTask();

    private static byte[] Large(int seed)
    {
        var value = new byte[ManyBytes];
        new Random(seed).NextBytes(value);
        return value;
    }
}
