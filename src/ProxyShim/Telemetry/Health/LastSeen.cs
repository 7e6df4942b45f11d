namespace ProxyShim.Telemetry.Health;

/// <summary>When something was seen last. One number, no lock.</summary>
internal sealed class LastSeen(TimeProvider time)
{
    private const long Never = long.MinValue;

    private long _at = Never;

    public void Note() => Volatile.Write(ref _at, time.GetTimestamp());

    /// <summary>Whether that is no longer ago.</summary>
    public bool IsWithin(TimeSpan span) => Volatile.Read(ref _at) is not Never and var at && time.GetElapsedTime(at) <= span;
}
