namespace ProxyShim.Management.Reporting;

/// <summary>What one partner, or one subID, has brought.</summary>
internal sealed class ChainFigures
{
    // ISO 4217 has some 180; a caller can invent more.
    private const int MaxCurrencies = 200;

    // Most have one currency: a list is looked through sooner than a dictionary, and takes less room.
    private readonly List<KeyValuePair<string, decimal>> _revenue = new(1);

    /// <summary>Conversions that PartnerStack took.</summary>
    public long Conversions { get; set; }

    /// <summary>Conversions that a read-back has proved.</summary>
    public long Verified { get; set; }

    /// <summary>Transactions of customers who were converted.</summary>
    public long Sales { get; private set; }

    /// <summary>Their amounts by currency, in its order, an empty text standing for none.</summary>
    public IReadOnlyDictionary<string, decimal> Revenue =>
        new SortedDictionary<string, decimal>(_revenue.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Of the conversions whose click says when it was made.</summary>
    public DurationSketch ClickToSignup { get; } = new();

    /// <summary>Of the customers whose first sale stands in this log.</summary>
    public DurationSketch SignupToFirstSale { get; } = new();

    /// <summary>Null where nothing was sent. A log that begins later than its conversions may have more verified than sent: then it is 1.</summary>
    public double? VerifiedShare => Conversions == 0 ? null : Math.Min(1, (double)Verified / Conversions);

    public void AddSale(decimal amount, string? currency)
    {
        Sales++;
        var name = currency ?? "";
        for (var place = 0; place < _revenue.Count; place++)
        {
            if (_revenue[place].Key == name)
            {
                _revenue[place] = new(name, Sum(_revenue[place].Value, amount));
                return;
            }
        }

        if (_revenue.Count < MaxCurrencies)
        {
            _revenue.Add(new(name, amount));
        }
    }

    // An amount is whatever a caller has written.
    private static decimal Sum(decimal one, decimal other)
    {
        try
        {
            return one + other;
        }
        catch (OverflowException)
        {
            return other > 0 ? decimal.MaxValue : decimal.MinValue;
        }
    }
}
