namespace ProxyShim.Telemetry.Health;

/// <summary>Counts what happens in a row, without one case to the contrary: what happens so often is no chance. One number, no lock.</summary>
/// <param name="limit">From so many on it is a long one; at least 1.</param>
internal sealed class Streak(int limit)
{
    private long _length;

    public bool IsLong => Volatile.Read(ref _length) >= limit;

    /// <summary>Once more. True when this makes it a long one.</summary>
    public bool Add() => Interlocked.Increment(ref _length) == limit;

    /// <summary>A case to the contrary. True when this ends a long one.</summary>
    public bool End() => Volatile.Read(ref _length) != 0 && Interlocked.Exchange(ref _length, 0) >= limit;
}
