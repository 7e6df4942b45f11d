using System.Collections.Concurrent;

namespace ProxyShim.Telemetry.Health;

/// <summary>What is in trouble at the moment. Whoever notices reports it; beginning and end are in the log.</summary>
internal sealed class Degradations(EventLog log, TimeProvider time)
{
    private readonly ConcurrentDictionary<DegradedPart, Degradation> _current = new();

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Degradation> Current => [.. _current.Values.OrderBy(degradation => degradation.Since)];

    public bool IsDegraded(DegradedPart part) => _current.ContainsKey(part);

    /// <summary>Reports the part's state, as often as anybody likes: only a change counts.</summary>
    /// <param name="reason">Why it is in trouble, in a word; null when it is not.</param>
    /// <returns>Whether this changed anything.</returns>
    public bool Report(DegradedPart part, string? reason)
    {
        if (reason is null)
        {
            if (!_current.TryRemove(part, out var ended))
            {
                return false;
            }

            LogEvents.Degraded(log, ended, time.GetUtcNow() - ended.Since, isOver: true);
            return true;
        }

        var begun = new Degradation(part, reason, time.GetUtcNow());
        if (!_current.TryAdd(part, begun))
        {
            return false;
        }

        LogEvents.Degraded(log, begun, TimeSpan.Zero, isOver: false);
        return true;
    }
}
