namespace ProxyShim.Management.Scraping;

/// <summary>The numbers of one set of labels.</summary>
/// <param name="labels">As they stand between the braces, such as <c>outcome="converted"</c>; empty for none.</param>
/// <param name="boundaries">Of a histogram, in order; null for anything else.</param>
internal sealed class MetricSeries(string labels, double[]? boundaries)
{
    private readonly Lock _lock = new();
    private readonly long[] _buckets = new long[(boundaries?.Length ?? 0) + 1];
    private double _value;

    public string Labels => labels;

    public void Add(double value)
    {
        lock (_lock)
        {
            _value += value;
        }
    }

    public void Set(double value)
    {
        lock (_lock)
        {
            _value = value;
        }
    }

    public void Record(double value)
    {
        var bucket = 0;
        while (bucket < boundaries!.Length && value > boundaries[bucket])
        {
            bucket++;
        }

        lock (_lock)
        {
            _buckets[bucket]++;
            _value += value;
        }
    }

    /// <summary>The value, or a histogram's sum; and its buckets, each with all that is below it.</summary>
    public (double Value, long[] Cumulative) Read()
    {
        lock (_lock)
        {
            var cumulative = new long[_buckets.Length];
            var sum = 0L;
            for (var bucket = 0; bucket < _buckets.Length; bucket++)
            {
                cumulative[bucket] = sum += _buckets[bucket];
            }

            return (_value, cumulative);
        }
    }
}
