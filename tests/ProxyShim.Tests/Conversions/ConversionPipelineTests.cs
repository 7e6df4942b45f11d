using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Testing;
using Polly.Timeout;
using ProxyShim.Conversions;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Conversions;

/// <summary>What stands around each attempt, first by its descriptor, then by its effects on a clock that the test moves.</summary>
public class ConversionPipelineTests
{
    private static readonly ConversionAnswer s_sent = new(AttemptResult.Sent, 200);
    private static readonly ConversionAnswer s_error = new(AttemptResult.NotDelivered, 500);

    // The clock may run ahead of the pipeline, which must not end a budget that the test is not about.
    private static readonly (string Key, string? Value) s_timeout = ("ConversionApi:TotalTimeout", "00:05:00");

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void From_the_outside_in_stand_total_budget_retry_breaker_and_attempt_timeout()
    {
        var strategies = Build(("ConversionApi:TotalTimeout", "00:00:07"), ("ConversionApi:AttemptTimeout", "00:00:02"), ("ConversionApi:MaxAttempts", "5"))
            .GetPipelineDescriptor().Strategies;

        Assert.Equal(["TotalTimeout", "Retry", "Breaker", "AttemptTimeout"], strategies.Select(strategy => strategy.Options!.Name));
        Assert.Equal(TimeSpan.FromSeconds(7), Assert.IsType<TimeoutStrategyOptions>(strategies[0].Options).Timeout);
        var retry = Assert.IsType<RetryStrategyOptions<ConversionAnswer>>(strategies[1].Options);
        Assert.Equal((4, DelayBackoffType.Exponential, true), (retry.MaxRetryAttempts, retry.BackoffType, retry.UseJitter));
        Assert.IsType<CircuitBreakerStrategyOptions<ConversionAnswer>>(strategies[2].Options);
        Assert.Equal(TimeSpan.FromSeconds(2), Assert.IsType<TimeoutStrategyOptions>(strategies[3].Options).Timeout);
    }

    [Fact]
    public void One_attempt_needs_no_retry()
        => Assert.Equal(
            ["TotalTimeout", "Breaker", "AttemptTimeout"],
            Build(("ConversionApi:MaxAttempts", "1")).GetPipelineDescriptor().Strategies.Select(strategy => strategy.Options!.Name));

    [Fact]
    public void In_the_background_the_schedule_retries()
        => Assert.Equal(["Breaker", "AttemptTimeout"], Pipeline().Once.GetPipelineDescriptor().Strategies.Select(strategy => strategy.Options!.Name));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task MaxAttempts_counts_the_first_one(int maxAttempts)
    {
        var pipeline = Build(("ConversionApi:MaxAttempts", $"{maxAttempts}"), s_timeout);

        var (answer, attempts) = await RunAsync(pipeline, _ => s_error);

        Assert.Equal(s_error, answer);
        Assert.Equal(maxAttempts, attempts.Count);
    }

    [Theory]
    [InlineData("Sent", 1)]
    [InlineData("NotDelivered", 3)]
    [InlineData("Ambiguous", 1)]
    [InlineData("Misconfigured", 1)]
    [InlineData("Refused", 1)]
    public async Task Only_what_surely_did_not_land_is_sent_again(string meaning, int expectedAttempts)
    {
        var answer = new ConversionAnswer(Enum.Parse<AttemptResult>(meaning));

        var (last, attempts) = await RunAsync(Build(s_timeout), _ => answer);

        Assert.Equal(answer, last);
        Assert.Equal(expectedAttempts, attempts.Count);
    }

    [Fact]
    public async Task The_first_good_answer_ends_it()
    {
        var (answer, attempts) = await RunAsync(Build(s_timeout), attempt => attempt == 2 ? s_sent : s_error);

        Assert.Equal(s_sent, answer);
        Assert.Equal(2, attempts.Count);
    }

    [Fact]
    public async Task Between_attempts_is_a_pause()
    {
        var (_, attempts) = await RunAsync(Build(s_timeout), _ => s_error);

        Assert.All(attempts.Zip(attempts.Skip(1)), pair => Assert.True(pair.Second > pair.First));
    }

    [Fact]
    public async Task RetryAfter_is_waited_for()
    {
        var wait = TimeSpan.FromSeconds(4);

        var (answer, attempts) = await RunAsync(Build(s_timeout), attempt => attempt == 2 ? s_sent : new(AttemptResult.NotDelivered, 429, RetryAfter: wait));

        Assert.Equal(s_sent, answer);
        Assert.True(attempts[1] - attempts[0] >= wait, $"It was sent again after {attempts[1] - attempts[0]}.");
    }

    [Fact]
    public async Task A_RetryAfter_longer_than_the_whole_budget_is_not_waited_for()
    {
        var asked = new ConversionAnswer(AttemptResult.NotDelivered, 429, RetryAfter: TimeSpan.FromSeconds(10.5));

        // The clock stands still: whoever waited would wait for ever.
        var sending = Build().ExecuteAsync(_ => ValueTask.FromResult(asked), Cancellation);

        Assert.True(sending.IsCompleted);
        Assert.Equal(asked, await sending);
    }

    [Theory]
    [InlineData("00:00:02")]
    [InlineData("00:00:00.300")]
    public async Task AttemptTimeout_ends_an_attempt_and_not_before(string text)
    {
        var timeout = TimeSpan.Parse(text, CultureInfo.InvariantCulture);
        var token = CancellationToken.None;
        var ended = new ConversionAnswer(AttemptResult.Ambiguous);
        var running = Build(("ConversionApi:AttemptTimeout", text)).ExecuteAsync(
            async attempt =>
            {
                token = attempt;
                await UntilCancelledAsync(attempt);
                return ended;
            },
            Cancellation).AsTask();

        _time.Advance(timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(token.IsCancellationRequested);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(token.IsCancellationRequested);
        Assert.Equal(ended, await running);
    }

    [Fact]
    public async Task TotalTimeout_ends_an_attempt_that_has_time_of_its_own()
    {
        var attempts = 0;
        var pipeline = Build(("ConversionApi:TotalTimeout", "00:00:03"), ("ConversionApi:AttemptTimeout", "00:00:03"), ("ConversionApi:MaxAttempts", "10"));
        var tokens = new List<CancellationToken>();
        var running = pipeline.ExecuteAsync(
            async attempt =>
            {
                tokens.Add(attempt);
                if (++attempts == 1)
                {
                    return s_error with { RetryAfter = TimeSpan.FromSeconds(2) };
                }

                await UntilCancelledAsync(attempt);
                return new(AttemptResult.NotDelivered);
            },
            Cancellation).AsTask();

        _time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.IsTrueAsync("it is sent again", () => Task.FromResult(attempts == 2), cancellation: Cancellation);
        Assert.False(tokens[1].IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(tokens[1].IsCancellationRequested);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => running);
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task An_API_that_answers_nothing_but_errors_is_left_alone_for_a_while()
    {
        var pipeline = Pipeline(("ConversionApi:MaxAttempts", "1"));
        for (var i = 0; i < 20; i++)
        {
            Assert.False(pipeline.IsBroken);
            await pipeline.Once.ExecuteAsync(_ => ValueTask.FromResult(s_error), Cancellation);
        }

        // Inline and in the background it is the same API, and the same breaker.
        Assert.True(pipeline.IsBroken);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => SendAsync(pipeline.Inline));
        await Assert.ThrowsAsync<BrokenCircuitException>(() => SendAsync(pipeline.Once));

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(s_sent, await SendAsync(pipeline.Inline));
        Assert.False(pipeline.IsBroken);

        static Task<ConversionAnswer> SendAsync(ResiliencePipeline<ConversionAnswer> pipeline)
            => pipeline.ExecuteAsync(_ => ValueTask.FromResult(s_sent), Cancellation).AsTask();
    }

    [Theory]
    [InlineData("Refused")]
    [InlineData("Misconfigured")]
    [InlineData("Sent")]
    public async Task One_that_answers_is_not_left_alone_whatever_it_says(string meaning)
    {
        var pipeline = Build();
        var answer = new ConversionAnswer(Enum.Parse<AttemptResult>(meaning));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(answer, await pipeline.ExecuteAsync(_ => ValueTask.FromResult(answer), Cancellation));
        }
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellation)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellation.Register(cancelled.SetResult);
        await cancelled.Task;
    }

    private ResiliencePipeline<ConversionAnswer> Build(params (string Key, string? Value)[] settings) => Pipeline(settings).Inline;

    private ConversionPipeline Pipeline(params (string Key, string? Value)[] settings) => new(Given.Settings(settings).ConversionApi, _time);

    /// <summary>Runs it to its end, moving the clock for as long as it waits; tells when, on that clock, each attempt was made.</summary>
    private async Task<(ConversionAnswer Answer, IReadOnlyList<DateTimeOffset> Attempts)> RunAsync(
        ResiliencePipeline<ConversionAnswer> pipeline, Func<int, ConversionAnswer> answer)
    {
        var attempts = new List<DateTimeOffset>();
        var running = pipeline.ExecuteAsync(
            _ =>
            {
                attempts.Add(_time.GetUtcNow());
                return ValueTask.FromResult(answer(attempts.Count));
            },
            Cancellation).AsTask();
        await Eventually.IsTrueAsync(
            "the pipeline has ended",
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(running.IsCompleted);
            },
            cancellation: Cancellation);
        return (await running, attempts);
    }
}
