namespace ProxyShim.Primitives;

/// <summary>A moment from which time is measured by two clocks.</summary>
/// <param name="Timestamp">The monotonic clock: it never jumps, but stands still while a host is suspended.</param>
/// <param name="Utc">The wall clock: it goes on while a host is suspended, but may be set.</param>
internal readonly record struct Moment(long Timestamp, DateTimeOffset Utc)
{
    public static Moment Now(TimeProvider time) => new(time.GetTimestamp(), time.GetUtcNow());

    /// <summary>How long ago it is, by whichever clock says longer.</summary>
    public TimeSpan Elapsed(TimeProvider time)
    {
        var monotonic = time.GetElapsedTime(Timestamp);
        var wall = time.GetUtcNow() - Utc;
        return wall > monotonic ? wall : monotonic;
    }
}
