using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using ProxyShim.Telemetry.Health;

namespace ProxyShim.Conversions;

/// <summary>What stands around each attempt at the Conversion API, from the outside in: the total budget, retries, the breaker, the attempt's timeout.</summary>
internal sealed class ConversionPipeline
{
    public const string TotalTimeout = "TotalTimeout";
    public const string Retry = "Retry";
    public const string Breaker = "Breaker";
    public const string AttemptTimeout = "AttemptTimeout";

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_breakDuration = TimeSpan.FromSeconds(5);

    /// <summary>Attempts in a row without an answer that decides anything: with a sign-up now and then the breaker never has enough to judge by
    /// (<c>MinimumThroughput</c>, https://www.pollydocs.org/strategies/circuit-breaker.html).</summary>
    public const int FailingLimit = 3;

    private readonly CircuitBreakerStateProvider _breaker = new();
    private readonly Streak _failures = new(FailingLimit);
    private readonly TimeProvider _time;
    private long _openedAt;

    public ConversionPipeline(ConversionApiSettings settings, TimeProvider time)
    {
        _time = time;
        Once = new ResiliencePipelineBuilder<ConversionAnswer> { TimeProvider = time }
            .AddCircuitBreaker(BreakerOptions())
            .AddTimeout(new TimeoutStrategyOptions { Name = AttemptTimeout, Timeout = settings.AttemptTimeout })
            .Build();
        var inline = new ResiliencePipelineBuilder<ConversionAnswer> { TimeProvider = time };
        inline.AddTimeout(new TimeoutStrategyOptions { Name = TotalTimeout, Timeout = settings.TotalTimeout });
        if (settings.MaxAttempts > 1)
        {
            inline.AddRetry(RetryOptions(settings));
        }

        Inline = inline.AddPipeline(Once).Build();
    }

    /// <summary>While a legacy caller waits.</summary>
    public ResiliencePipeline<ConversionAnswer> Inline { get; }

    /// <summary>In the background: the schedule retries. The breaker and the attempt's timeout are the same as inline.</summary>
    public ResiliencePipeline<ConversionAnswer> Once { get; }

    /// <summary>Whether the Conversion API is being left alone, or one attempt is just finding out whether it has recovered.</summary>
    /// <remarks>
    /// The time has to be asked too: Polly leaves the state at Open until a call tries, and who asks first here may be the only one who would
    /// (https://github.com/App-vNext/Polly/blob/main/src/Polly.Core/CircuitBreaker/Controller/CircuitStateController.cs).
    /// </remarks>
    public bool IsBroken => _breaker.CircuitState switch
    {
        CircuitState.Closed => false,
        CircuitState.Open => _time.GetElapsedTime(Volatile.Read(ref _openedAt)) < s_breakDuration,
        _ => true,
    };

    /// <summary>Whether the Conversion API gives no answers that decide anything, as far as is known.</summary>
    public bool IsFailing => IsBroken || _failures.IsLong;

    /// <summary>How the last attempt that failed did: its status, or what the log calls an end without one.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>An attempt has ended.</summary>
    public void Note(ConversionAnswer answer)
    {
        if (answer.Meaning is AttemptResult.NotDelivered or AttemptResult.Ambiguous)
        {
            _failures.Add();
            LastFailure = answer.Status is { } status ? $"HTTP {status}" : $"no answer: {answer.Error}";
        }
        else
        {
            _failures.End();
        }
    }

    private static RetryStrategyOptions<ConversionAnswer> RetryOptions(ConversionApiSettings settings) => new()
    {
        Name = Retry,
        MaxRetryAttempts = settings.MaxAttempts - 1,
        Delay = s_firstDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        DelayGenerator = static arguments => ValueTask.FromResult(arguments.Outcome.Result?.RetryAfter),
        ShouldHandle = arguments => ValueTask.FromResult(
            arguments.Outcome.Result is { Meaning: AttemptResult.NotDelivered } answer

            // Asked to wait for longer than the caller does: it is due again then.
            && !(answer.RetryAfter > settings.TotalTimeout)),
    };

    // An API that answers nothing but errors is left alone; what is not sent now is due again.
    private CircuitBreakerStrategyOptions<ConversionAnswer> BreakerOptions() => new()
    {
        Name = Breaker,
        FailureRatio = 0.9,
        MinimumThroughput = 20,
        SamplingDuration = TimeSpan.FromSeconds(10),
        BreakDuration = s_breakDuration,
        StateProvider = _breaker,
        OnOpened = _ =>
        {
            Volatile.Write(ref _openedAt, _time.GetTimestamp());
            return ValueTask.CompletedTask;
        },
        ShouldHandle = static arguments => ValueTask.FromResult(
            arguments.Outcome.Exception is TimeoutRejectedException
            || arguments.Outcome.Result?.Meaning is AttemptResult.NotDelivered or AttemptResult.Ambiguous),
    };
}
