using Microsoft.Extensions.Time.Testing;
using ProxyShim.Redis;
using Xunit;

namespace ProxyShim.Tests.Redis;

public class ConsecutiveFailureBreakerTests
{
    private const int Failures = 5;

    private static readonly TimeSpan s_break = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new();
    private readonly ConsecutiveFailureBreaker _breaker;

    public ConsecutiveFailureBreakerTests() => _breaker = new ConsecutiveFailureBreaker(_time);

    [Fact]
    public void Opens_after_five_failures_in_a_row()
    {
        for (var i = 0; i < Failures; i++)
        {
            Assert.False(_breaker.IsOpen);
            Fail();
        }

        Assert.True(_breaker.IsOpen);
        AssertRefused();
    }

    [Fact]
    public void A_success_in_between_begins_the_row_anew()
    {
        Fail(Failures - 1);
        Succeed();
        Fail(Failures - 1);

        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public void Past_successes_do_not_keep_it_closed()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Succeed();
        }

        Fail(Failures);

        Assert.True(_breaker.IsOpen);
    }

    [Fact]
    public void Stays_open_until_the_break_is_over()
    {
        Fail(Failures);

        _time.Advance(s_break - TimeSpan.FromTicks(1));
        AssertRefused();
        _time.Advance(TimeSpan.FromTicks(1));
        Succeed();
    }

    [Fact]
    public void After_the_break_one_call_tries_and_the_others_are_refused_meanwhile()
    {
        Fail(Failures);
        _time.Advance(s_break);

        Assert.True(_breaker.TryEnter());
        AssertRefused();
        AssertRefused();
        _breaker.Succeeded();

        Assert.False(_breaker.IsOpen);
        Succeed();
    }

    [Fact]
    public void A_probe_that_fails_opens_it_for_another_break()
    {
        Fail(Failures);
        _time.Advance(s_break);
        Fail();

        AssertRefused();
        _time.Advance(s_break - TimeSpan.FromTicks(1));
        AssertRefused();
        _time.Advance(TimeSpan.FromTicks(1));
        Succeed();
        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public void One_success_after_the_break_closes_it_wholly()
    {
        Fail(Failures);
        _time.Advance(s_break);
        Succeed();
        Fail(Failures - 1);

        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public void Failures_side_by_side_count_like_those_in_a_row()
    {
        Assert.All(Enumerable.Range(0, 2 * Failures), _ => Assert.True(_breaker.TryEnter()));
        for (var i = 0; i < 2 * Failures; i++)
        {
            _breaker.Failed();
        }

        Assert.True(_breaker.IsOpen);
        AssertRefused();
    }

    private void Fail(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.True(_breaker.TryEnter());
            _breaker.Failed();
        }
    }

    private void Succeed()
    {
        Assert.True(_breaker.TryEnter());
        _breaker.Succeeded();
    }

    private void AssertRefused() => Assert.False(_breaker.TryEnter());
}
