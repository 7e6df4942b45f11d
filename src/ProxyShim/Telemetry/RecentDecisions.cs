namespace ProxyShim.Telemetry;

/// <summary>The last creations that became no conversion, by customer: why was this one not converted? Memory is bounded, some 300 KB.</summary>
/// <remarks>What was converted is in the ledger, and would wash these away: most calls are.</remarks>
internal sealed class RecentDecisions(TimeProvider time)
{
    /// <summary>How many are kept of those that named their customer, and of those that were not read so far.</summary>
    public const int NamedCount = 1024, UnnamedCount = 64;

    private readonly Lock _gate = new();
    private readonly Ring _named = new(NamedCount);
    private readonly Ring _unnamed = new(UnnamedCount);

    /// <summary>Notes it, unless it is one of those that need no reason.</summary>
    public void Note(RequestRecord record, int? status)
    {
        if (record.Outcome == Outcome.Converted || record.Outcome == Outcome.Queued || (record.Outcome == Outcome.Duplicate && record.Reason is null))
        {
            return;
        }

        var decision = new Decision(
            time.GetUtcNow(), record.CustomerRef, record.Outcome.Name, record.Reason, status, record.UpstreamStatus, record.Said, record.Xid, record.Caller,
            record.TraceId);
        lock (_gate)
        {
            (decision.CustomerRef is null ? _unnamed : _named).Add(decision);
        }
    }

    /// <summary>Those of one customer, newest first.</summary>
    public IReadOnlyList<Decision> Of(string customerRef)
    {
        lock (_gate)
        {
            return [.. _named.NewestFirst().Where(decision => decision.CustomerRef == customerRef)];
        }
    }

    /// <summary>Those of calls whose customer was not read, newest first.</summary>
    public IReadOnlyList<Decision> OfNobody()
    {
        lock (_gate)
        {
            return [.. _unnamed.NewestFirst()];
        }
    }

    private sealed class Ring(int count)
    {
        private readonly Decision?[] _decisions = new Decision?[count];
        private long _written;

        public void Add(Decision decision) => _decisions[_written++ % count] = decision;

        public IEnumerable<Decision> NewestFirst() =>
            Enumerable.Range(1, (int)Math.Min(_written, count)).Select(back => _decisions[(_written - back) % count]!);
    }
}
