namespace ProxyShim.Background.Verification;

/// <summary>
/// Stops resending when read-backs find nothing at all: then it is far likelier that they ask in the wrong place (another environment, another address)
/// than that every conversion was a phantom.
/// </summary>
internal sealed class ReadBackBrake
{
    /// <summary>404s in a row, without one 200, that engage it (DESIGN.md).</summary>
    public const int Limit = 20;

    private int _absentInARow;

    /// <summary>Whether nothing may be sent again at the moment.</summary>
    public bool IsEngaged => Volatile.Read(ref _absentInARow) >= Limit;

    /// <summary>A customer was found. True when this releases the brake.</summary>
    public bool Found() => Interlocked.Exchange(ref _absentInARow, 0) >= Limit;

    /// <summary>A customer was not found. True when this engages the brake.</summary>
    public bool Absent() => Interlocked.Increment(ref _absentInARow) == Limit;
}
