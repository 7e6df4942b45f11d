namespace ProxyShim.Settlement;

/// <summary>How long to wait before the next attempt.</summary>
/// <param name="random">Draws from 0 (inclusive) to 1 (exclusive).</param>
internal sealed class Backoff(DeliverySettings settings, Func<double> random)
{
    // ±20 %: enough that what failed together does not come back together.
    private const double Jitter = 0.2;

    // What asks for more is mistaken, or means another client: no worker would look at the job for as long.
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>The longest that it ever comes to.</summary>
    public static TimeSpan LongestOf(DeliverySettings settings) =>
        (settings.Schedule.Max() is var longest && longest > s_longestRetryAfter ? longest : s_longestRetryAfter) * (1 + Jitter);

    /// <param name="attempts">Attempts made so far, at least 0.</param>
    /// <param name="retryAfter">What the Conversion API asked for; up to an hour it is a least, never shortened.</param>
    public TimeSpan After(int attempts, TimeSpan? retryAfter)
    {
        var asked = retryAfter > s_longestRetryAfter ? s_longestRetryAfter : retryAfter;
        var wait = settings.Schedule[Math.Clamp(attempts - 1, 0, settings.Schedule.Count - 1)] * (1 - Jitter + (2 * Jitter * random()));
        return asked > wait ? asked.Value + (asked.Value * Jitter * random()) : wait;
    }
}
