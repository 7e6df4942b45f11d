namespace ProxyShim.Hosting.Preflight;

/// <summary>How bad a finding is.</summary>
internal enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Well,

    /// <summary>The shim works, and does less than an operator may expect.</summary>
    Warning,

    /// <summary>Sign-ups would not be converted, or conversions could be lost.</summary>
    Fault,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Part">What it belongs to: <c>settings</c>, <c>redis</c>, <c>customer_api</c>, <c>conversion_api</c>, <c>key_pair</c>, <c>token</c>, <c>clicks</c>, <c>test</c>.</param>
/// <param name="Reason">One word for programs; empty where all is well.</param>
/// <param name="Seen">What was seen. No secret and no personal data.</param>
/// <param name="Means">What it means; empty where all is well.</param>
/// <param name="Write">What to do; empty where there is nothing to do.</param>
internal sealed record Finding(FindingLevel Level, string Part, string Reason, string Seen, string Means = "", string Write = "")
{
    public static Finding Well(string part, string seen) => new(FindingLevel.Well, part, "", seen);

    public static Finding Warning(string part, string reason, string seen, string means, string write) => new(FindingLevel.Warning, part, reason, seen, means, write);

    public static Finding Fault(string part, string reason, string seen, string means, string write) => new(FindingLevel.Fault, part, reason, seen, means, write);
}
