using ProxyShim.Management.Reporting;

namespace ProxyShim.Management.Recent;

/// <summary>What happened in one minute. Safe for concurrent use.</summary>
/// <param name="start">Its first moment, UTC.</param>
internal sealed class RecentMinute(DateTimeOffset start)
{
    // More than there are outcomes, results of a look-up, or stages of a conversion: they are closed sets.
    private const int MostNames = 16;

    private readonly Lock _gate = new();
    private readonly LatencyHistogram _latency = new();
    private readonly BoundedCounters<Counter> _outcomes = new(MostNames);
    private readonly BoundedCounters<Counter> _lookUps = new(MostNames);
    private readonly BoundedCounters<Counter> _shadowed = new(MostNames);
    private readonly BoundedCounters<Counter> _conversions = new(MostNames);

    public DateTimeOffset Start => start;

    public void Handled(string outcome, long count) => Count(_outcomes, outcome, count);

    public void Answered(TimeSpan elapsed)
    {
        lock (_gate)
        {
            _latency.Add(elapsed.TotalMilliseconds);
        }
    }

    public void LookedUp(string result, long count) => Count(_lookUps, result, count);

    public void Shadowed(string wouldBe, long count) => Count(_shadowed, wouldBe, count);

    public void Converted(string stage, long count) => Count(_conversions, stage, count);

    /// <summary>What has been counted so far; the durations are added to those of other minutes too.</summary>
    public MinuteReading Read(LatencyHistogram sum)
    {
        // The recorder of a request may wait for this: it copies, and does nothing else.
        lock (_gate)
        {
            sum.Add(_latency);
            return new(
                start, Copy(_outcomes), Copy(_lookUps), Copy(_shadowed), Copy(_conversions),
                _latency.Count == 0 ? null : new(_latency.Percentile(0.5), _latency.Percentile(0.95)));
        }
    }

    private static Dictionary<string, long> Copy(BoundedCounters<Counter> tally) => tally.Items.ToDictionary(item => item.Key, item => item.Value.Value);

    private void Count(BoundedCounters<Counter> tally, string name, long count)
    {
        lock (_gate)
        {
            tally[name].Add(count);
        }
    }
}
