using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Capture;

/// <summary>Tells that clicks were refused: each in the metrics, and each kind of it in the log, at most once a minute.</summary>
/// <remarks>Anybody may send what is refused, as often as they like: what a caller says must not decide how much is logged.</remarks>
internal sealed class ClickRefusals(EventLog log, ShimMetrics metrics, TimeProvider time)
{
    /// <summary>Between two events of one kind.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kind> _kinds = ClickResult.Refusals.ToDictionary(reason => reason, _ => new Kind(), StringComparer.Ordinal);

    /// <param name="way">Of <see cref="ClickWay"/>.</param>
    /// <param name="reason">Of <see cref="ClickResult.Refusals"/>.</param>
    public void Add(string way, string reason)
    {
        metrics.ClicksReported(way, reason);
        long count;
        lock (_gate)
        {
            var kind = _kinds[reason];
            kind.LastAt = time.GetTimestamp();
            kind.Untold++;
            if (kind.ToldAt is { } at && time.GetElapsedTime(at) < Pause)
            {
                return;
            }

            (count, kind.Untold, kind.ToldAt) = (kind.Untold, 0, kind.LastAt);
        }

        LogEvents.ClicksRefused(log, reason, count);
    }

    /// <summary>Whether one was refused for this reason within this time.</summary>
    public bool IsRecent(string reason, TimeSpan within)
    {
        lock (_gate)
        {
            return _kinds[reason].LastAt is { } at && time.GetElapsedTime(at) < within;
        }
    }

    private sealed class Kind
    {
        public long Untold { get; set; }

        public long? ToldAt { get; set; }

        public long? LastAt { get; set; }
    }
}
