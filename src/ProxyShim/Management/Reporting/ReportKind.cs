namespace ProxyShim.Management.Reporting;

/// <summary>What a report asks of a log.</summary>
internal enum ReportKind
{
    /// <summary>What was.</summary>
    Usual,

    /// <summary>What would have been, had it been live.</summary>
    Shadow,

    /// <summary>Click, sign-up and sale, by what brought the customer.</summary>
    Chain,
}
