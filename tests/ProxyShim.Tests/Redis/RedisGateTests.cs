using Microsoft.Extensions.Time.Testing;
using ProxyShim.Redis;
using ProxyShim.Tests.Settings;
using StackExchange.Redis;
using Xunit;
using Eventually = ProxyShim.Testing.Eventually;

namespace ProxyShim.Tests.Redis;

public class RedisGateTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_break = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hanging_Redis_costs_one_timeout_and_not_more()
    {
        await using var gate = Gate();
        var running = RunAsync(gate, Hangs);

        _time.Advance(s_timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.ThrowsAsync<RedisUnavailableException>(() => running);
    }

    [Fact]
    public async Task After_five_timeouts_it_costs_nothing()
    {
        await using var gate = Gate();
        await HangAsync(gate, times: 5);
        Assert.True(gate.IsBroken);

        // The clock stands still: whoever waited would not be done.
        var refused = RunAsync(gate, Hangs);
        Assert.True(refused.IsCompleted);
        Assert.Equal("circuit_open", (await Assert.ThrowsAsync<RedisUnavailableException>(() => refused)).Cause);
    }

    [Fact]
    public async Task When_it_answers_again_one_request_finds_out_for_all()
    {
        await using var gate = Gate();
        await HangAsync(gate, times: 5);
        _time.Advance(s_break);

        Assert.Equal("answer", await RunAsync(gate, Answers));
        Assert.False(gate.IsBroken);
        Assert.Equal("answer", await RunAsync(gate, Answers));
    }

    [Fact]
    public async Task What_tells_nothing_of_Redis_does_not_count()
    {
        await using var gate = Gate();
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<FormatException>(() => RunAsync(gate, Fails));
        }

        Assert.False(gate.IsBroken);
    }

    [Fact]
    public async Task After_the_break_what_tells_nothing_of_Redis_lets_the_next_one_try()
    {
        await using var gate = Gate();
        await HangAsync(gate, times: 5);
        _time.Advance(s_break);
        await Assert.ThrowsAsync<FormatException>(() => RunAsync(gate, Fails));

        Assert.Equal("answer", await RunAsync(gate, Answers));
    }

    [Fact]
    public async Task Connecting_and_the_reply_share_one_timeout()
    {
        var connecting = new TaskCompletionSource<IConnectionMultiplexer>();
        await using var gate = Gate(() => connecting.Task);
        var running = RunAsync(gate, Hangs);

        _time.Advance(s_timeout - TimeSpan.FromMilliseconds(1));
        connecting.SetResult(NoRedis.Connection());
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.ThrowsAsync<RedisUnavailableException>(() => running);
    }

    [Fact]
    public async Task A_reply_that_came_while_the_process_stood_still_counts()
    {
        await using var gate = Gate();

        Assert.Equal("answer", await RunAsync(gate, () =>
        {
            _time.Advance(2 * s_timeout);
            return Answers();
        }));
    }

    [Fact]
    public async Task A_connection_that_never_comes_is_a_hanging_Redis()
    {
        await using var gate = Gate(() => new TaskCompletionSource<IConnectionMultiplexer>().Task);
        var running = RunAsync(gate, Answers);

        _time.Advance(s_timeout);

        await Assert.ThrowsAsync<RedisUnavailableException>(() => running);
    }

    [Fact]
    public async Task What_nobody_waits_for_is_not_begun_when_the_connection_comes_at_last()
    {
        var connecting = new TaskCompletionSource<IConnectionMultiplexer>();
        await using var gate = Gate(() => connecting.Task);
        var begun = 0;
        var running = RunAsync(gate, () =>
        {
            begun++;
            return Answers();
        });
        _time.Advance(s_timeout);
        await Assert.ThrowsAsync<RedisUnavailableException>(() => running);

        connecting.SetResult(NoRedis.Connection());

        Assert.Equal("answer", await RunAsync(gate, Answers));
        Assert.Equal(0, begun);
    }

    [Fact]
    public async Task Redis_errors_are_told_without_their_words()
    {
        await using var gate = Gate();

        var failure = await Assert.ThrowsAsync<RedisUnavailableException>(
            () => RunAsync(gate, () => Task.FromException<string>(new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, "GET click:canary@example.com"))));

        Assert.DoesNotContain("canary", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_round_trips_of_a_request_share_one_timeout()
    {
        await using var gate = Gate();
        var budget = gate.NewBudget();
        await budget.RunAsync(
            (_, _) =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(300));
                return ValueTask.FromResult(0);
            },
            0);
        Assert.Equal((TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(200)), (budget.Spent, budget.Remaining));

        var second = budget.RunAsync(static async (_, _) => await new TaskCompletionSource<int>().Task, 0).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<RedisUnavailableException>(() => second);

        var third = budget.RunAsync(static (_, _) => ValueTask.FromResult(0), 0);
        Assert.True(third.IsCompleted);
        Assert.Equal("budget_spent", (await Assert.ThrowsAsync<RedisUnavailableException>(async () => await third)).Cause);
    }

    [Fact]
    public async Task Who_has_no_time_left_is_not_waited_for()
    {
        await using var gate = Gate();

        Assert.False(await gate.RunOnDedicatedConnectionAsync(static (_, _) => Task.FromResult(true), 0, TimeSpan.FromMilliseconds(-2)));
    }

    [Fact]
    public async Task What_nobody_waits_for_any_more_does_not_pile_up_before_a_hanging_Redis()
    {
        await using var gate = Gate();
        var started = new List<TaskCompletionSource<bool>>();
        var waiting = Enumerable.Range(0, 100).Select(_ => gate.RunOnDedicatedConnectionAsync(BlockAsync, 0, s_timeout)).ToArray();
        _time.Advance(s_timeout);
        Assert.DoesNotContain(true, await Task.WhenAll(waiting));
        Assert.InRange(started.Count, 1, 10);

        // It answers again: what hung ends, and whoever comes now is heard.
        started.ForEach(hanging => hanging.SetResult(true));
        await Eventually.IsTrueAsync(
            "the next one is heard", () => gate.RunOnDedicatedConnectionAsync(static (_, _) => Task.FromResult(true), 0, s_timeout), cancellation: Cancellation);

        Task<bool> BlockAsync(IDatabase database, int state)
        {
            started.Add(new TaskCompletionSource<bool>());
            return started[^1].Task;
        }
    }

    private static Task<string> Hangs() => new TaskCompletionSource<string>().Task;

    private static Task<string> Answers() => Task.FromResult("answer");

    private static Task<string> Fails() => Task.FromException<string>(new FormatException());

    private RedisGate Gate(Func<Task<IConnectionMultiplexer>>? connect = null)
        => new(Given.Settings(("Redis:Timeout", s_timeout.ToString())).Redis, _time, connect ?? (() => Task.FromResult(NoRedis.Connection())));

    private static Task<string> RunAsync(RedisGate gate, Func<Task<string>> work) => gate.NewBudget().RunAsync(static async (_, work) => await work(), work).AsTask();

    private async Task HangAsync(RedisGate gate, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var running = RunAsync(gate, Hangs);
            _time.Advance(s_timeout);
            await Assert.ThrowsAsync<RedisUnavailableException>(() => running);
        }
    }
}
