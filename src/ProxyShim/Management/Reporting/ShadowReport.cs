using ProxyShim.Telemetry;

namespace ProxyShim.Management.Reporting;

/// <summary>
/// What a log of the shadow says: had it been live. A customer counts once, however often the app reported it; memory is bounded but for some 16 bytes a customer.
/// </summary>
internal sealed class ShadowReport
{
    private const int MaxNames = 100;
    private const int MaxPartners = 1000;

    /// <summary>How many reasons the sentence names.</summary>
    public const int MostReasons = 3;

    private readonly CustomerTally _customers = new();
    private long _unnamed;

    public long Lines { get; private set; }

    public long BadLines { get; private set; }

    public DateTimeOffset? From { get; private set; }

    public DateTimeOffset? To { get; private set; }

    /// <summary>Calls that were looked at.</summary>
    public long Calls { get; private set; }

    /// <summary>Distinct customers of those calls; where the log has no names of customers, the calls.</summary>
    public long Customers => _customers.Count + _unnamed;

    /// <summary>Those for whom a conversion would have been sent.</summary>
    public long Conversions { get; private set; }

    /// <summary>The others.</summary>
    public long Fallbacks => Customers - Conversions;

    public long Hits { get; private set; }

    public long Misses { get; private set; }

    public double? HitRate => Hits + Misses is > 0 and var all ? (double)Hits / all : null;

    /// <summary>Calls that would not have become a conversion, and those that could not be read so far, by reason.</summary>
    public BoundedCounters<Counter> Reasons { get; } = new(MaxNames);

    /// <summary>Calls whose click names another partner: the request's and the click's.</summary>
    public BoundedCounters<Counter> Mismatches { get; } = new(MaxPartners);

    /// <summary>Fields for which a conversion has no place, by call.</summary>
    public BoundedCounters<Counter> NoHome { get; } = new(MaxNames);

    /// <summary>Calls of callers that are not ready: reason and caller.</summary>
    public BoundedCounters<Counter> NotReady { get; } = new(MaxNames);

    /// <summary>Conversions by the partner that they would have credited.</summary>
    public BoundedCounters<Counter> Partners { get; } = new(MaxPartners);

    /// <summary>Conversions by each subID of their click.</summary>
    public BoundedCounters<Counter> SubIds { get; } = new(MaxPartners);

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
        if (entry.Event != "RequestHandled")
        {
            return;
        }

        if (entry.WouldBe is not null)
        {
            AddJudged(entry);
        }
        else if (entry.Reason is { } reason && s_notReady.Contains(reason))
        {
            Reasons[reason].Add();
            NotReady[$"{reason} {entry.Caller ?? "(unknown)"}"].Add();
        }
    }

    /// <summary>The single sentence at the top.</summary>
    public string Sentence()
    {
        var text = $"Had it been live: {Counted(Conversions, "conversion")}, and {Counted(Fallbacks, "customer")} left to the Customer API as before";
        var reasons = Reasons.Items.OrderByDescending(reason => reason.Value.Value).ThenBy(reason => reason.Key, StringComparer.Ordinal).Take(MostReasons)
            .Select(reason => string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{reason.Key} ({reason.Value.Value:N0}): {ReasonText.Of(reason.Key)?.Remedy ?? ""}").TrimEnd(' ', ':', '.'))
            .ToList();
        return reasons.Count == 0 ? text + "." : $"{text}; the largest reasons, by calls: {string.Join("; ", reasons)}.";
    }

    // What a call is forwarded for before its customer is read.
    private static readonly HashSet<string> s_notReady = new(StringComparer.Ordinal)
    {
        Telemetry.Reasons.UnknownCaller, Telemetry.Reasons.QueryString, Telemetry.Reasons.ContentType, Telemetry.Reasons.ContentEncoding, Telemetry.Reasons.BodyTooLarge,
        Telemetry.Reasons.MalformedJson, Telemetry.Reasons.MissingField, Telemetry.Reasons.InvalidField, Telemetry.Reasons.KeyTooLong, Telemetry.Reasons.UnusualPath,
        Telemetry.Reasons.UnusualMethod,
    };

    private void AddJudged(LogEntry entry)
    {
        Calls++;
        var converts = entry.WouldBe == Outcome.Converted.Name;
        if (ClickHit.Of(entry.Outcome, entry.Reason, entry.HasXid) is { } hit)
        {
            Hits += hit ? 1 : 0;
            Misses += hit ? 0 : 1;
        }

        if (!converts)
        {
            Reasons[entry.Reason ?? ""].Add();
        }

        if (entry.PartnerMismatch)
        {
            Mismatches[$"{entry.PartnerKey} -> {entry.ClickPartnerKey}"].Add();
        }

        AddEach(NoHome, entry.NoHome, ' ');
        if (IsNews(entry.Customer, converts))
        {
            Conversions++;
            Partners[entry.ClickPartnerKey ?? entry.PartnerKey ?? ""].Add();
            AddEach(SubIds, entry.SubIds, '|');
        }
    }

    /// <returns>Whether it is the first conversion of this customer.</returns>
    private bool IsNews(UInt128? customer, bool converts)
    {
        if (customer is not { } name)
        {
            _unnamed++;
            return converts;
        }

        return _customers.Add(name, converts);
    }

    private static void AddEach(BoundedCounters<Counter> tally, ReadOnlySpan<char> joined, char separator)
    {
        foreach (var part in joined.Split(separator))
        {
            if (joined[part] is { IsEmpty: false } name)
            {
                tally[name].Add();
            }
        }
    }

    private static string Counted(long count, string one) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count:N0} {one}{(count == 1 ? "" : "s")}");
}
