namespace ProxyShim.Benchmarks.Servers;

/// <summary>Waits for a state itself.</summary>
internal static class Until
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">It did not come about within a minute; the message tells what and why.</exception>
    public static async Task TrueAsync(string what, Func<Task<bool>> state, Func<string> whyNot, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await state())
        {
            if (TimeProvider.System.GetElapsedTime(started) > s_limit)
            {
                throw new TimeoutException($"{what}: not within {s_limit}. {whyNot()}");
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }
}
