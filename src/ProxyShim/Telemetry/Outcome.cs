namespace ProxyShim.Telemetry;

/// <summary>What became of a legacy request. The names are part of the log's contract.</summary>
internal sealed class Outcome
{
    /// <summary>PartnerStack took the conversion before the answer was given.</summary>
    public static readonly Outcome Converted = new("converted");

    /// <summary>The conversion is durable and will be delivered.</summary>
    public static readonly Outcome Queued = new("queued");

    /// <summary>The customer was known already.</summary>
    public static readonly Outcome Duplicate = new("duplicate");

    /// <summary>The Customer API got the original request, since there was nothing to convert or it was not taken.</summary>
    public static readonly Outcome Fallback = new("fallback");

    /// <summary>The shim refused, because it is set to.</summary>
    public static readonly Outcome Rejected = new("rejected");

    /// <summary>Not a call that the shim converts.</summary>
    public static readonly Outcome Passthrough = new("passthrough");

    /// <summary>The Customer API said 401.</summary>
    public static readonly Outcome Unauthorized = new("unauthorized");

    /// <summary>Neither the shim nor an upstream could answer.</summary>
    public static readonly Outcome Unavailable = new("unavailable");

    private Outcome(string name) => Name = name;

    public string Name { get; }

    public override string ToString() => Name;
}
