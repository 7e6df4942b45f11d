namespace ProxyShim.Management.Reporting;

/// <summary>
/// Click, sign-up, sale, by what brought the customer. Memory is bounded: what comes after the first <see cref="MaxNames"/> names is gathered, and of the customers
/// after the first <see cref="MaxBuyers"/> who bought something no first sale is told from a later one.
/// </summary>
/// <param name="bySubId">By each subID of the click rather than by partner: a conversion with two counts for both.</param>
internal sealed class ChainReport(bool bySubId)
{
    /// <summary>Partners, or subIDs, that are told apart.</summary>
    public const int MaxNames = 20_000;

    /// <summary>Customers of whom is remembered that they have bought; some 40 MB.</summary>
    public const int MaxBuyers = 1_000_000;

    /// <summary>Stands for what names no partner (an older version has claimed the customer), or no subID.</summary>
    public const string None = "(none)";

    private readonly BoundedCounters<ChainFigures> _names = new(MaxNames);
    private readonly HashSet<ulong> _buyers = [];

    public bool BySubId => bySubId;

    public long Lines { get; private set; }

    public long BadLines { get; private set; }

    public DateTimeOffset? From { get; private set; }

    public DateTimeOffset? To { get; private set; }

    /// <summary>All of them, each counted once.</summary>
    public ChainFigures Total { get; } = new();

    /// <summary>By name, those with the most conversions first.</summary>
    public IEnumerable<KeyValuePair<string, ChainFigures>> Names => _names.Items
        .OrderByDescending(static item => item.Value.Conversions)
        .ThenByDescending(static item => item.Value.Sales)
        .ThenBy(static item => item.Key, StringComparer.Ordinal);

    public int NameCount => _names.Items.Count;

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
        switch (entry.Event)
        {
            case "ConversionSent":
                ForEach(entry, static (figures, entry) =>
                {
                    figures.Conversions++;
                    if (entry.ClickAge is { } age)
                    {
                        figures.ClickToSignup.Add(age);
                    }
                });
                break;
            case "ConversionVerified":
                ForEach(entry, static (figures, _) => figures.Verified++);
                break;
            case "RequestHandled" or "CallPlayed" when entry.Amount is not null:
                AddSale(entry);
                break;
        }
    }

    private void AddSale(LogEntry entry)
    {
        var isFirst = entry.Customer is { } customer && _buyers.Count < MaxBuyers && _buyers.Add((ulong)customer);
        ForEach(entry, isFirst ? static (figures, entry) => AddSale(figures, entry, true) : static (figures, entry) => AddSale(figures, entry, false));
    }

    private static void AddSale(ChainFigures figures, LogEntry entry, bool isFirst)
    {
        figures.AddSale(entry.Amount!.Value, entry.Currency);
        if (isFirst && entry.SignupAge is { } age)
        {
            figures.SignupToFirstSale.Add(age);
        }
    }

    private void ForEach(LogEntry entry, Action<ChainFigures, LogEntry> add)
    {
        add(Total, entry);
        if (!bySubId)
        {
            add(_names[entry.PartnerKey ?? None], entry);
        }
        else if (entry.SubIds.IsEmpty)
        {
            add(_names[None], entry);
        }
        else
        {
            foreach (var part in entry.SubIds.Split('|'))
            {
                add(_names[entry.SubIds[part]], entry);
            }
        }
    }
}
