namespace ProxyShim.Benchmarks.Load;

/// <summary>What an open loop saw.</summary>
internal sealed class Latencies
{
    private readonly long[] _sorted;

    /// <param name="nanoseconds">One a request; sorted in place.</param>
    public Latencies(long[] nanoseconds, int failures, TimeSpan elapsed)
    {
        Array.Sort(nanoseconds);
        _sorted = nanoseconds;
        Failures = failures;
        Elapsed = elapsed;
    }

    private Latencies(IReadOnlyCollection<Latencies> parts)
        : this([.. parts.SelectMany(part => part._sorted)], parts.Sum(part => part.Failures), parts.Max(part => part.Elapsed))
    {
    }

    public int Requests => _sorted.Length;

    public int Failures { get; }

    public TimeSpan Elapsed { get; }

    /// <summary>Of several open loops, as if they had been one.</summary>
    public static Latencies Of(IReadOnlyCollection<Latencies> parts) => new(parts);

    /// <summary>Milliseconds within which a share (0 to 1) of the requests was answered.</summary>
    public double Within(double share) => _sorted[Math.Clamp((int)Math.Ceiling(share * _sorted.Length) - 1, 0, _sorted.Length - 1)] / 1e6;
}
