namespace ProxyShim.Management.Reporting;

/// <summary>Counts durations from a millisecond to years for one of many names: only the buckets that were met take room, at most 10 KB however many there are.</summary>
/// <remarks>A percentile is at most 1 % off; what is below a millisecond counts as half of one. Count and maximum are exact.</remarks>
internal sealed class DurationSketch
{
    // Each bucket ends 2 % above the one before.
    private const double Growth = 1.02;

    // Three centuries: PartnerStack counts a click for 90 days, and a customer may buy much later.
    private const double Longest = 1e13;

    private static readonly double s_step = Math.Log(Growth);

    private ushort[] _buckets = [];
    private int[] _counts = [];
    private int _used;

    public long Count { get; private set; }

    /// <summary>In milliseconds; 0 when there is none.</summary>
    public double Max { get; private set; }

    /// <param name="milliseconds">Not negative.</param>
    public void Add(double milliseconds)
    {
        var bucket = milliseconds < 1 ? (ushort)0 : (ushort)(1 + (int)(Math.Log(Math.Min(milliseconds, Longest)) / s_step));
        var place = Array.BinarySearch(_buckets, 0, _used, bucket);
        if (place < 0)
        {
            place = ~place;
            Insert(place, bucket);
        }

        _counts[place]++;
        Count++;
        Max = Math.Max(Max, milliseconds);
    }

    /// <summary>The value, in milliseconds, that the given share of all values does not exceed (nearest rank); null when there is none.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public double? Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        for (var place = 0; place < _used; place++)
        {
            rank -= _counts[place];
            if (rank <= 0)
            {
                return Math.Min(Max, _buckets[place] == 0 ? 0.5 : Math.Exp((_buckets[place] - 0.5) * s_step));
            }
        }

        return null;
    }

    private void Insert(int place, ushort bucket)
    {
        if (_used == _buckets.Length)
        {
            var length = Math.Max(4, _used * 2);
            Array.Resize(ref _buckets, length);
            Array.Resize(ref _counts, length);
        }

        Array.Copy(_buckets, place, _buckets, place + 1, _used - place);
        Array.Copy(_counts, place, _counts, place + 1, _used - place);
        (_buckets[place], _counts[place]) = (bucket, 0);
        _used++;
    }
}
