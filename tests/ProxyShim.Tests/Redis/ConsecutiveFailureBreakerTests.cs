using Microsoft.Extensions.Time.Testing;
using Polly;
using Polly.CircuitBreaker;
using ProxyShim.Redis;
using Xunit;

namespace ProxyShim.Tests.Redis;

public class ConsecutiveFailureBreakerTests
{
    private const int Failures = 5;

    private static readonly TimeSpan s_break = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new();
    private readonly ConsecutiveFailureBreaker _breaker;
    private readonly ResiliencePipeline _pipeline;
    private int _calls;

    public ConsecutiveFailureBreakerTests()
    {
        var options = new ConsecutiveFailureBreakerOptions { IsFailure = exception => exception is TimeoutException };
        _breaker = new ConsecutiveFailureBreaker(options, _time);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = _time }.AddStrategy(_ => _breaker, options).Build();
    }

    [Fact]
    public async Task Opens_after_five_failures_in_a_row()
    {
        for (var i = 0; i < Failures; i++)
        {
            Assert.False(_breaker.IsOpen);
            await FailAsync();
        }

        Assert.True(_breaker.IsOpen);
        await AssertRefusedAsync();
        Assert.Equal(Failures, _calls);
    }

    [Fact]
    public async Task A_success_in_between_begins_the_row_anew()
    {
        await FailAsync(Failures - 1);
        await SucceedAsync();
        await FailAsync(Failures - 1);

        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public async Task Past_successes_do_not_keep_it_closed()
    {
        for (var i = 0; i < 1_000; i++)
        {
            await SucceedAsync();
        }

        await FailAsync(Failures);

        Assert.True(_breaker.IsOpen);
    }

    [Fact]
    public async Task What_is_no_failure_of_Redis_does_not_count()
    {
        for (var i = 0; i < 2 * Failures; i++)
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync(() => Task.FromException(new OperationCanceledException())));
        }

        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public async Task Stays_open_until_the_break_is_over()
    {
        await FailAsync(Failures);

        _time.Advance(s_break - TimeSpan.FromTicks(1));
        await AssertRefusedAsync();
        _time.Advance(TimeSpan.FromTicks(1));
        await SucceedAsync();
    }

    [Fact]
    public async Task After_the_break_one_call_tries_and_the_others_are_refused_meanwhile()
    {
        await FailAsync(Failures);
        _time.Advance(s_break);
        var probe = new TaskCompletionSource();

        var probing = RunAsync(() => probe.Task);
        await AssertRefusedAsync();
        await AssertRefusedAsync();
        Assert.Equal(Failures + 1, _calls);
        probe.SetResult();
        await probing;

        Assert.False(_breaker.IsOpen);
        await SucceedAsync();
    }

    [Fact]
    public async Task A_probe_that_fails_opens_it_for_another_break()
    {
        await FailAsync(Failures);
        _time.Advance(s_break);
        await FailAsync();

        await AssertRefusedAsync();
        _time.Advance(s_break - TimeSpan.FromTicks(1));
        await AssertRefusedAsync();
        _time.Advance(TimeSpan.FromTicks(1));
        await SucceedAsync();
        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public async Task A_probe_that_its_caller_gives_up_lets_the_next_one_try()
    {
        await FailAsync(Failures);
        _time.Advance(s_break);
        await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync(() => Task.FromException(new OperationCanceledException())));

        await SucceedAsync();
    }

    [Fact]
    public async Task One_success_after_the_break_closes_it_wholly()
    {
        await FailAsync(Failures);
        _time.Advance(s_break);
        await SucceedAsync();
        await FailAsync(Failures - 1);

        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public async Task Failures_side_by_side_count_like_those_in_a_row()
    {
        var hanging = new TaskCompletionSource();
        var calls = Enumerable.Range(0, 2 * Failures).Select(_ => RunAsync(() => hanging.Task)).ToList();

        hanging.SetException(new TimeoutException());

        await Assert.AllAsync(calls, async call => await Assert.ThrowsAsync<TimeoutException>(() => call));
        Assert.True(_breaker.IsOpen);
        await AssertRefusedAsync();
    }

    private async Task FailAsync(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(() => Task.FromException(new TimeoutException())));
        }
    }

    private Task SucceedAsync() => RunAsync(() => Task.CompletedTask);

    private async Task AssertRefusedAsync() => await Assert.ThrowsAsync<BrokenCircuitException>(SucceedAsync);

    private Task RunAsync(Func<Task> work) => _pipeline.ExecuteAsync(
        async _ =>
        {
            _calls++;
            await work();
        },
        TestContext.Current.CancellationToken).AsTask();
}
