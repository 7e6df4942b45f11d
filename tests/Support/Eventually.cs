namespace ProxyShim.Testing;

/// <summary>Waits for a state by looking at it, never by sleeping for as long as it might take.</summary>
public static class Eventually
{
    /// <summary>Long enough for the slowest machine; a test that is right never waits that long.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks until <paramref name="look"/> answers true.</summary>
    /// <param name="what">The state, as it should read in the failure: "the conversion is verified".</param>
    /// <param name="look">One cheap look. An exception ends the wait.</param>
    /// <param name="limit">When to give up; <see cref="DefaultLimit"/> by default.</param>
    /// <exception cref="TimeoutException">The state did not come about within <paramref name="limit"/>.</exception>
    public static Task IsTrueAsync(string what, Func<Task<bool>> look, TimeSpan? limit = null, CancellationToken cancellation = default)
        => FindAsync(what, async () => await look() ? what : null, limit, cancellation);

    /// <summary>Looks until <paramref name="look"/> finds something, and returns that.</summary>
    /// <inheritdoc cref="IsTrueAsync"/>
    public static async Task<T> FindAsync<T>(string what, Func<Task<T?>> look, TimeSpan? limit = null, CancellationToken cancellation = default)
        where T : class
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await look() is { } found)
            {
                return found;
            }

            if (clock.GetElapsedTime(start) > (limit ?? DefaultLimit))
            {
                throw new TimeoutException($"Waited {limit ?? DefaultLimit} in vain until {what}.");
            }

            await Task.Delay(pause, clock, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
