using System.Numerics;

namespace ProxyShim.Management.Reporting;

/// <summary>Counts durations in buckets that grow with the value, so that any number of them fits into some kilobytes.</summary>
/// <remarks>A percentile is at most 1 % off (half a bucket); count and maximum are exact. From 0 to 19 hours, in microseconds.</remarks>
internal sealed class LatencyHistogram
{
    // Buckets for each doubling of the value.
    private const int Precision = 64;
    private const int PrecisionBits = 6;
    private const long Largest = (1L << 36) - 1;

    private static readonly int s_buckets = BucketOf(Largest) + 1;

    private readonly int[] _counts = new int[s_buckets];
    private double _max;

    public long Count { get; private set; }

    /// <summary>The largest value, in milliseconds; 0 when there is none.</summary>
    public double Max => _max;

    /// <param name="milliseconds">Not negative; beyond 19 hours it counts as 19 hours.</param>
    public void Add(double milliseconds)
    {
        _counts[BucketOf((long)Math.Min(Math.Round(milliseconds * 1000), Largest))]++;
        _max = Math.Max(_max, milliseconds);
        Count++;
    }

    /// <summary>Adds all values of another one.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            _counts[bucket] += other._counts[bucket];
        }

        _max = Math.Max(_max, other._max);
        Count += other.Count;
    }

    /// <summary>The value, in milliseconds, that the given share of all values does not exceed (nearest rank); 0 when there is none.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public double Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        for (var bucket = 0; bucket < _counts.Length && rank > 0; bucket++)
        {
            rank -= _counts[bucket];
            if (rank <= 0)
            {
                return Math.Min(MiddleOf(bucket) / 1000, _max);
            }
        }

        return 0;
    }

    private static int BucketOf(long microseconds)
    {
        var doublings = Math.Max(0, BitOperations.Log2((ulong)microseconds | 1) - PrecisionBits);
        return (doublings * Precision) + (int)(microseconds >> doublings);
    }

    private static double MiddleOf(int bucket)
    {
        var doublings = Math.Max(0, (bucket / Precision) - 1);
        var lowest = (long)(bucket - (doublings * Precision)) << doublings;
        return lowest + (((1L << doublings) - 1) / 2.0);
    }
}
