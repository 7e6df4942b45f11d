namespace ProxyShim.Telemetry;

/// <summary>What each partner brought in the last 60 minutes, as far as this replica saw it. Safe for concurrent use; memory is bounded, some 300 KB.</summary>
internal sealed class RecentPartners(CustomerRef names, TimeProvider time)
{
    /// <summary>How many minutes are remembered, the current one included.</summary>
    public const int Minutes = 60;

    /// <summary>Partners that are told apart; what others bring is counted as <see cref="Other"/>.</summary>
    public const int MaxPartners = 200;

    /// <summary>Stands for all who found no room. No partner is called so.</summary>
    public const string Other = "(other)";

    /// <summary>With fewer clicks than these it may be chance that none became a conversion.</summary>
    public const int ManyClicks = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Hour> _partners = new(StringComparer.Ordinal);

    /// <summary>A creation whose click was found, or a sale; anything else is not counted.</summary>
    public void Handled(RequestRecord record)
    {
        if (record.Sale.Amount is not null)
        {
            Add(record.Referral?.PartnerKey, PartnerEvent.Sale);
        }
        else if (record.WouldBe is null && ClickHit.Of(record.Outcome.Name, record.Reason, record.Xid is not null) is true)
        {
            Add(record.ClickPartnerKey ?? record.PartnerKey, PartnerEvent.Click);
        }
    }

    /// <param name="partner">Its partner_key, or what the log calls it; null or empty = no partner is named, and nothing is counted.</param>
    public void Add(string? partner, PartnerEvent what)
    {
        if (string.IsNullOrEmpty(partner))
        {
            return;
        }

        var name = names.OfPartner(partner);
        name = name.Length <= Output.LogLine.MaxText ? name : name[..Output.LogLine.MaxText];
        var minute = Minute;
        lock (_gate)
        {
            if (!_partners.TryGetValue(name, out var hour))
            {
                hour = MakeRoom(minute) ? _partners[name] = new() : Of(Other);
            }

            hour.Add(minute, what);
        }
    }

    /// <summary>Those of whom something was seen, most conversions first, then most clicks.</summary>
    public IReadOnlyList<PartnerHour> Read()
    {
        var minute = Minute;
        lock (_gate)
        {
            return [.. _partners.Select(partner => partner.Value.Sum(partner.Key, minute)).Where(static sum => sum.HasAny())
                .OrderByDescending(static sum => sum.Conversions)
                .ThenByDescending(static sum => sum.Clicks)
                .ThenBy(static sum => sum.Partner, StringComparer.Ordinal)];
        }
    }

    /// <summary>Partners with at least <see cref="ManyClicks"/> clicks and no conversion.</summary>
    public int Unconverted => Read().Count(static sum => sum.Clicks >= ManyClicks && sum.Conversions == 0 && sum.Partner != Other);

    private long Minute => time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute;

    // A partner that has brought nothing for an hour need not be remembered.
    private bool MakeRoom(long minute)
    {
        if (_partners.Count >= MaxPartners)
        {
            foreach (var (name, hour) in _partners)
            {
                if (minute - hour.Last >= Minutes)
                {
                    _partners.Remove(name);
                }
            }
        }

        return _partners.Count < MaxPartners;
    }

    private Hour Of(string name)
    {
        if (!_partners.TryGetValue(name, out var hour))
        {
            _partners[name] = hour = new();
        }

        return hour;
    }

    private sealed class Hour
    {
        private const int Kinds = (int)PartnerEvent.Sale + 1;

        private readonly int[] _counts = new int[Minutes * Kinds];
        private readonly long[] _minutes = new long[Minutes];

        public long Last { get; private set; }

        public void Add(long minute, PartnerEvent what)
        {
            var place = (int)(minute % Minutes);
            if (_minutes[place] != minute)
            {
                _minutes[place] = minute;
                Array.Clear(_counts, place * Kinds, Kinds);
            }

            _counts[(place * Kinds) + (int)what]++;
            Last = minute;
        }

        public PartnerHour Sum(string partner, long minute)
        {
            Span<long> sums = stackalloc long[Kinds];
            for (var place = 0; place < Minutes; place++)
            {
                for (var kind = 0; kind < Kinds && minute - _minutes[place] is >= 0 and < Minutes; kind++)
                {
                    sums[kind] += _counts[(place * Kinds) + kind];
                }
            }

            return new(
                partner, sums[(int)PartnerEvent.Click], sums[(int)PartnerEvent.Conversion], sums[(int)PartnerEvent.Verified], sums[(int)PartnerEvent.Sale]);
        }
    }
}
