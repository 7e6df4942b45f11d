using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using Xunit;

namespace ProxyShim.Tests.Redis;

[SuppressMessage("Reliability", "CA2012", Justification = "Waited for, and then read.")]
public class PooledTimeoutsTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    private readonly FakeTimeProvider _time = new();
    private readonly PooledTimeouts _waits;

    public PooledTimeoutsTests() => _waits = new PooledTimeouts(_time);

    [Fact]
    public async Task What_fails_in_time_has_ended_in_time()
    {
        var task = new TaskCompletionSource();
        var waiting = _waits.WaitAsync(task.Task, s_timeout);

        task.SetException(new FormatException());

        Assert.True(await waiting);
        await Assert.ThrowsAsync<FormatException>(() => task.Task);
    }

    [Fact]
    public async Task What_does_not_end_in_time_is_not_waited_for()
    {
        var task = new TaskCompletionSource();
        var waiting = _waits.WaitAsync(task.Task, s_timeout);

        _time.Advance(s_timeout);

        Assert.True(waiting.IsCompleted);
        Assert.False(await waiting);
        task.SetResult();
    }

    [Fact]
    public async Task A_call_that_ends_in_time_still_has_its_result()
    {
        var end = new TaskCompletionSource();
        var call = AfterAsync(end.Task, 3);
        var waiting = _waits.WaitAsync(call, s_timeout);
        end.SetResult();

        Assert.True(await waiting);
        Assert.Equal(3, await call);
    }

    [Fact]
    public async Task A_call_that_ends_too_late_disturbs_none_that_waits_then()
    {
        var (late, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = _waits.WaitAsync(AfterAsync(late.Task, 1), s_timeout);
        _time.Advance(s_timeout);
        Assert.False(await first);

        var call = AfterAsync(end.Task, 2);
        var second = _waits.WaitAsync(call, s_timeout);
        late.SetResult();
        Assert.False(second.IsCompleted);
        end.SetResult();

        Assert.True(await second);
        Assert.Equal(2, await call);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Without_patience_only_what_has_ended_counts(int ticks)
    {
        Assert.False(await _waits.WaitAsync(new TaskCompletionSource().Task, TimeSpan.FromTicks(ticks)));
        Assert.True(await _waits.WaitAsync(Task.CompletedTask, TimeSpan.FromTicks(ticks)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task What_ends_in_time_is_in_time_in_each_round_anew(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var task = new TaskCompletionSource();
            var waiting = _waits.WaitAsync(task.Task, s_timeout);
            _time.Advance(s_timeout - s_tick);
            Assert.False(waiting.IsCompleted);
            task.SetResult();
            Assert.True(await waiting);
        }
    }

    [Fact]
    public async Task What_ends_too_late_does_not_end_another_ones_round()
    {
        var late = new TaskCompletionSource();
        var first = _waits.WaitAsync(late.Task, s_timeout);
        _time.Advance(s_timeout);
        Assert.False(await first);

        var second = _waits.WaitAsync(new TaskCompletionSource().Task, s_timeout);
        late.SetResult();
        Assert.False(second.IsCompleted);
        _time.Advance(s_timeout);

        Assert.False(await second);
    }

    [Fact]
    public async Task A_timer_that_was_told_too_late_to_be_still_does_not_end_the_next_round()
    {
        var time = new TardyTime();
        var waits = new PooledTimeouts(time);
        var task = new TaskCompletionSource();
        var first = waits.WaitAsync(task.Task, s_timeout);
        task.SetResult();
        Assert.True(await first);

        var second = waits.WaitAsync(new TaskCompletionSource().Task, s_timeout);
        time.Timer.Ring();
        Assert.False(second.IsCompleted);
        time.Elapsed = s_timeout;
        time.Timer.Ring();

        Assert.False(await second);
        Assert.Equal(s_timeout, time.Timer.Due);
    }

    [Fact]
    public async Task Many_at_once_each_get_their_own_end()
    {
        var tasks = Enumerable.Range(0, 1_000).Select(_ => new TaskCompletionSource()).ToList();
        for (var round = 0; round < 3; round++)
        {
            var waiting = tasks.ConvertAll(task => _waits.WaitAsync(task.Task, s_timeout).AsTask());
            Parallel.For(0, tasks.Count, i =>
            {
                if (i % 2 == 0)
                {
                    tasks[i].SetResult();
                }
            });
            _time.Advance(s_timeout);

            Assert.Equal(Enumerable.Range(0, tasks.Count).Select(i => i % 2 == 0), await Task.WhenAll(waiting));
            tasks = [.. tasks.Select(_ => new TaskCompletionSource())];
        }
    }

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private static async ValueTask<int> AfterAsync(Task end, int result)
    {
        await end.ConfigureAwait(false);
        return result;
    }

    /// <summary>Its one timer rings when it is told to, whatever it was set to.</summary>
    private sealed class TardyTime : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public TardyTimer Timer { get; private set; } = null!;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Timer = new TardyTimer(() => callback(state));
    }

    private sealed class TardyTimer(Action ring) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? Due : dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_has_come_and_waits_for_our_own_threads_is_waited_for()
    {
        var isAnswered = true;
        var waits = new PooledTimeouts(_time, () => isAnswered);
        var read = new TaskCompletionSource();
        var waiting = waits.WaitAsync(read.Task, s_timeout);
        var unanswered = waits.WaitAsync(new TaskCompletionSource().Task, s_timeout);

        _time.Advance(s_timeout * 4);
        Assert.False(waiting.IsCompleted);
        read.SetResult();
        Assert.True(await waiting);

        // Its reply was not among what came.
        isAnswered = false;
        _time.Advance(PooledTimeouts.OwnDelayLook);
        Assert.False(await unanswered);
    }

    [Fact]
    public async Task It_does_not_wait_for_our_own_threads_for_ever()
    {
        var waits = new PooledTimeouts(_time, () => true);
        var waiting = waits.WaitAsync(new TaskCompletionSource().Task, s_timeout);

        _time.Advance(s_timeout + PooledTimeouts.OwnDelayLimit - s_tick);
        Assert.False(waiting.IsCompleted);
        _time.Advance(PooledTimeouts.OwnDelayLook + s_tick);

        Assert.False(await waiting);
    }
}
