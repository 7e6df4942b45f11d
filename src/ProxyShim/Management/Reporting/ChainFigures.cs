namespace ProxyShim.Management.Reporting;

/// <summary>What one partner, or one subID, has brought.</summary>
internal sealed class ChainFigures
{
    // ISO 4217 has some 180; a caller can invent more.
    private const int MaxCurrencies = 200;

    private readonly SortedDictionary<string, decimal> _revenue = new(StringComparer.Ordinal);

    /// <summary>Conversions that PartnerStack took.</summary>
    public long Conversions { get; set; }

    /// <summary>Conversions that a read-back has proved.</summary>
    public long Verified { get; set; }

    /// <summary>Transactions of customers who were converted.</summary>
    public long Sales { get; private set; }

    /// <summary>Their amounts by currency, an empty text standing for none.</summary>
    public IReadOnlyDictionary<string, decimal> Revenue => _revenue;

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
        if (_revenue.TryGetValue(name, out var sum) || _revenue.Count < MaxCurrencies)
        {
            _revenue[name] = Sum(sum, amount);
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
