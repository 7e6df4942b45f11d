using Polly;

namespace ProxyShim.Redis;

internal sealed class ConsecutiveFailureBreakerOptions : ResilienceStrategyOptions
{
    public ConsecutiveFailureBreakerOptions() => Name = "ConsecutiveFailureBreaker";

    /// <summary>Failures in a row that open the breaker (DESIGN.md: five).</summary>
    public int Failures { get; init; } = 5;

    /// <summary>How long it stays open before one call may try: long enough that a hung Redis costs next to nothing, short enough to be back at once.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What counts; anything else is the caller's own affair.</summary>
    public required Func<Exception, bool> IsFailure { get; init; }
}
