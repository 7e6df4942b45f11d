namespace ProxyShim.Telemetry;

/// <summary>What a partner brought in the last 60 minutes.</summary>
/// <param name="Partner">What the log calls it.</param>
/// <param name="Clicks">New customers whose click was found, whatever became of them.</param>
/// <param name="Conversions">Those that PartnerStack took.</param>
/// <param name="Verified">Those that a read-back has proved.</param>
/// <param name="Sales">Transactions of customers who were converted, some of them long ago.</param>
internal readonly record struct PartnerHour(string Partner, long Clicks, long Conversions, long Verified, long Sales)
{
    /// <summary>False for one of whom nothing was seen.</summary>
    public bool HasAny() => (Clicks | Conversions | Verified | Sales) != 0;
}

/// <summary>What is counted of a partner.</summary>
internal enum PartnerEvent
{
    /// <summary>The click of a new customer was found.</summary>
    Click,

    /// <summary>PartnerStack took a conversion.</summary>
    Conversion,

    /// <summary>A read-back has proved one.</summary>
    Verified,

    /// <summary>A customer who was converted has paid.</summary>
    Sale,
}
