using System.Diagnostics.Metrics;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Management.Recent;

/// <summary>What happened in the last hour, minute by minute: the shim's own metrics, kept where a page can read them without a Prometheus.</summary>
/// <remarks>Memory is bounded by the hour: some 10 KB for each of its minutes that had a request. A measurement costs one short lock.</remarks>
internal sealed class RecentActivity : IDisposable
{
    /// <summary>How many minutes are remembered, the current one included.</summary>
    public const int Minutes = 60;

    private delegate void Take(RecentMinute minute, double value, string label);

    // Which instruments are listened to, and what their measurements mean. The label is the first one of each.
    private static readonly Dictionary<string, Take> s_instruments = new(StringComparer.Ordinal)
    {
        ["proxyshim.requests"] = static (minute, count, outcome) => minute.Handled(outcome, (long)count),
        ["proxyshim.request.duration"] = static (minute, seconds, _) => minute.Answered(TimeSpan.FromSeconds(seconds)),
        ["proxyshim.clicks.looked_up"] = static (minute, count, result) => minute.LookedUp(result, (long)count),
        ["proxyshim.shadowed"] = static (minute, count, wouldBe) => minute.Shadowed(wouldBe, (long)count),
        ["proxyshim.conversions"] = static (minute, count, stage) => minute.Converted(stage, (long)count),
    };

    private readonly TimeProvider _time;
    private readonly MeterListener _listener = new();
    private readonly RecentMinute?[] _ring = new RecentMinute?[Minutes];
    private readonly Lock _gate = new();

    /// <summary>Listens from now on.</summary>
    public RecentActivity(ShimMetrics metrics, TimeProvider time)
    {
        _time = time;
        Since = time.GetUtcNow();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == metrics.Meter && s_instruments.TryGetValue(instrument.Name, out var take))
            {
                listener.EnableMeasurementEvents(instrument, take);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, value, labels, take) => Record(value, labels, take));
        _listener.SetMeasurementEventCallback<long>((_, value, labels, take) =>
        {
            // A count of 0 only says that the counter is there.
            if (value > 0)
            {
                Record(value, labels, take);
            }
        });
        _listener.Start();
    }

    /// <summary>When it began to listen: of the time before it knows nothing.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>The minutes of the last hour in which something happened, oldest first.</summary>
    public IReadOnlyList<RecentMinute> Read()
    {
        var current = NumberOf(_time.GetUtcNow());
        return [.. _ring.OfType<RecentMinute>().Where(minute => current - NumberOf(minute.Start) is >= 0 and < Minutes).OrderBy(minute => minute.Start)];
    }

    public void Dispose() => _listener.Dispose();

    private static long NumberOf(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMinute;

    private void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels, object? take)
    {
        if (labels is [{ Value: string label }, ..])
        {
            ((Take)take!)(Current(), value, label);
        }
    }

    private RecentMinute Current()
    {
        var number = NumberOf(_time.GetUtcNow());
        ref var slot = ref _ring[number % Minutes];
        return Volatile.Read(ref slot) is { } minute && NumberOf(minute.Start) == number ? minute : Begin(ref slot, number);
    }

    private RecentMinute Begin(ref RecentMinute? slot, long number)
    {
        lock (_gate)
        {
            if (slot is null || NumberOf(slot.Start) != number)
            {
                Volatile.Write(ref slot, new RecentMinute(new DateTimeOffset(number * TimeSpan.TicksPerMinute, TimeSpan.Zero)));
            }

            return slot!;
        }
    }
}
