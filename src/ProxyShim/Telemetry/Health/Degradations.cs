namespace ProxyShim.Telemetry.Health;

/// <summary>What is in trouble at the moment. The part that notices reports it; beginning, change of reason and end are in the log.</summary>
internal sealed class Degradations(EventLog log, TimeProvider time)
{
    private readonly Lock _lock = new();
    private volatile Degradation[] _current = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Degradation> Current => _current;

    public bool IsDegraded(HealthComponent part) => Find(part) is not null;

    /// <summary>Reports the part's state, as often as anybody likes: only a change counts, and what has not changed costs nothing.</summary>
    /// <param name="reason">Why it is in trouble, one of the part's reasons; null when it is not.</param>
    /// <param name="detail">See <see cref="Degradation.Detail"/>. Another detail of the same reason is shown, and no event.</param>
    /// <returns>Whether it began, ended, or has another reason than before.</returns>
    public bool Report(HealthComponent part, string? reason, string? detail = null)
    {
        var known = Find(part);
        return (known?.Reason != reason || (reason is not null && known?.Detail != detail)) && Change(part, reason, detail);
    }

    private bool Change(HealthComponent part, string? reason, string? detail)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var former = Find(part);
            var others = _current.Where(degradation => degradation.Part != part);
            if (reason is null)
            {
                if (former is null)
                {
                    return false;
                }

                _current = [.. others];
                LogEvents.Degraded(log, former, now - former.Since, isOver: true);
                return true;
            }

            var next = new Degradation(part, reason, former?.Since ?? now, detail);
            _current = [.. others.Append(next).OrderBy(degradation => degradation.Since)];
            if (former?.Reason == reason)
            {
                return false;
            }

            LogEvents.Degraded(log, next, now - next.Since, isOver: false);
            return true;
        }
    }

    private Degradation? Find(HealthComponent part)
    {
        foreach (var degradation in _current)
        {
            if (degradation.Part == part)
            {
                return degradation;
            }
        }

        return null;
    }
}
