namespace ProxyShim.Management.Reporting;

/// <summary>What a log says, added up. Its memory is bounded, however long the log is.</summary>
internal sealed class Report
{
    // The closed sets of the log are far smaller; partners are not, and a caller can invent them.
    private const int MaxNames = 100;
    private const int MaxPartners = 1000;

    private readonly Dictionary<string, Action<LogEntry>> _handlers;

    public Report() => _handlers = new(StringComparer.Ordinal)
    {
        ["RequestHandled"] = AddRequest,
        ["DeliveryAttempted"] = AddAttempt,
        ["ConversionSent"] = entry => (entry.Inline ? SentInline : SentInBackground).Add(),
        ["ConversionVerified"] = _ => Verified.Add(),
        ["ConversionPhantom"] = _ => Phantoms.Add(),
        ["ConversionDead"] = entry => Dead[entry.Reason ?? ""].Add(),
        ["CallKept"] = _ => Calls.Kept.Add(),
        ["CallPlayed"] = _ => Calls.Played.Add(),
        ["CallDead"] = entry => Calls.Dead[entry.Reason ?? ""].Add(),
        ["HoldEnded"] = AddHoldEnd,
        ["Alert"] = entry => Alerts[entry.Alert ?? ""].Add(),
        ["LogEventsDropped"] = entry => Dropped.Add(entry.Count),
        ["Diagnostic"] = _ => Diagnostics.Add(),
    };

    public long Lines { get; private set; }

    /// <summary>Lines that are no events of this version's log.</summary>
    public long BadLines { get; private set; }

    /// <summary>The time of the earliest event; null when there is none.</summary>
    public DateTimeOffset? From { get; private set; }

    public DateTimeOffset? To { get; private set; }

    public Counter Requests { get; } = new();

    public BoundedCounters<Counter> Outcomes { get; } = new(MaxNames);

    public BoundedCounters<Counter> Fallbacks { get; } = new(MaxNames);

    /// <summary>Look-ups that found a click. A customer whom the ledger knew is not looked up.</summary>
    public Counter Hits { get; } = new();

    public Counter Misses { get; } = new();

    public Counter SentInline { get; } = new();

    public Counter SentInBackground { get; } = new();

    public Counter Verified { get; } = new();

    public Counter Phantoms { get; } = new();

    public BoundedCounters<Counter> Dead { get; } = new(MaxNames);

    /// <summary>What became of customers whose click was not there when the app called.</summary>
    public BoundedCounters<Counter> Holds { get; } = new(MaxNames);

    /// <summary>Those that came before PartnerStack showed their customer.</summary>
    public (Counter Kept, Counter Played, BoundedCounters<Counter> Dead) Calls { get; } = (new(), new(), new(MaxNames));

    public BoundedCounters<Counter> Attempts { get; } = new(MaxNames);

    public BoundedCounters<Counter> Alerts { get; } = new(MaxNames);

    /// <summary>Events that the log says it has lost.</summary>
    public Counter Dropped { get; } = new();

    public Counter Diagnostics { get; } = new();

    /// <summary>How long legacy callers waited for an answer.</summary>
    public LatencyHistogram Latency { get; } = new();

    public LatencyHistogram AttemptLatency { get; } = new();

    public BoundedCounters<LatencyHistogram> LatencyByCaller { get; } = new(MaxNames);

    public BoundedCounters<LatencyHistogram> LatencyByPartner { get; } = new(MaxPartners);

    public long Sent => SentInline.Value + SentInBackground.Value;

    /// <summary>Sent and not verified within this log. A log that begins later than its conversions may have more verified than sent: then it is 0.</summary>
    public long Unverified => Math.Max(0, Sent - Verified.Value);

    /// <summary>The share of look-ups that found a click; null when there was none.</summary>
    public double? HitRate => Hits.Value + Misses.Value is > 0 and var all ? (double)Hits.Value / all : null;

    public void AddBadLine()
    {
        Lines++;
        BadLines++;
    }

    public void Add(LogEntry entry)
    {
        Lines++;
        From = entry.Time < From ? entry.Time : From ?? entry.Time;
        To = entry.Time > To ? entry.Time : To ?? entry.Time;
        if (_handlers.TryGetValue(entry.Event, out var add))
        {
            add(entry);
        }
    }

    private void AddRequest(LogEntry entry)
    {
        Requests.Add();
        Outcomes[entry.Outcome ?? ""].Add();
        if (entry.Outcome == Telemetry.Outcome.Fallback.Name)
        {
            Fallbacks[entry.Reason ?? ""].Add();
        }

        if (Telemetry.ClickHit.Of(entry.Outcome, entry.Reason, entry.HasXid) is { } hit)
        {
            (hit ? Hits : Misses).Add();
        }

        if (entry.Outcome == Telemetry.Outcome.Aborted.Name)
        {
            // The caller did not wait for the end of that one.
            return;
        }

        Latency.Add(entry.Elapsed);
        if (entry.Caller is { } caller)
        {
            LatencyByCaller[caller].Add(entry.Elapsed);
        }

        if (entry.PartnerKey is { } partner)
        {
            LatencyByPartner[partner].Add(entry.Elapsed);
        }
    }

    private void AddHoldEnd(LogEntry entry)
    {
        Holds[entry.Result ?? ""].Add();
        (Telemetry.ClickHit.OfHold(entry.Result, entry.Reason) ? Hits : Misses).Add();
    }

    private void AddAttempt(LogEntry entry)
    {
        Attempts[entry.Result ?? ""].Add();
        AttemptLatency.Add(entry.Elapsed);
    }
}
