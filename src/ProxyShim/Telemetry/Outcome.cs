namespace ProxyShim.Telemetry;

/// <summary>What became of a legacy request. The names are part of the log's contract.</summary>
internal sealed class Outcome
{
    /// <summary>PartnerStack took the conversion before the answer was given.</summary>
    public static readonly Outcome Converted = new("converted", isDone: true);

    /// <summary>The conversion is durable and will be delivered.</summary>
    public static readonly Outcome Queued = new("queued", isDone: true);

    /// <summary>No click is known yet: the creation is durable, and becomes a conversion when one comes, else the Customer API gets the original request.</summary>
    public static readonly Outcome Held = new("held", isDone: true);

    /// <summary>The customer was known already.</summary>
    public static readonly Outcome Duplicate = new("duplicate", isDone: true);

    /// <summary>A call about a customer whom PartnerStack does not show yet: it is durable, and will be played once it does.</summary>
    public static readonly Outcome Kept = new("kept", isDone: true);

    /// <summary>The Customer API got the original request, since there was nothing to convert or it was not taken.</summary>
    public static readonly Outcome Fallback = new("fallback");

    /// <summary>The shim refused, because it is set to, or because what came is no HTTP that it could pass on.</summary>
    public static readonly Outcome Rejected = new("rejected");

    /// <summary>The Customer API got the original request, as ever, and what would have become of it is known.</summary>
    public static readonly Outcome Shadowed = new("shadowed");

    /// <summary>Not a call that the shim converts.</summary>
    public static readonly Outcome Passthrough = new("passthrough");

    /// <summary>The Customer API said 401.</summary>
    public static readonly Outcome Unauthorized = new("unauthorized");

    /// <summary>Neither the shim nor an upstream could answer.</summary>
    public static readonly Outcome Unavailable = new("unavailable");

    /// <summary>The caller had hung up before there was an answer: none was sent, and what became of the call is not known to its caller.</summary>
    public static readonly Outcome Aborted = new("aborted");

    private Outcome(string name, bool isDone = false) => (Name, IsDone) = (name, isDone);

    public string Name { get; }

    /// <summary>Whether it holds although the caller may not have been told: PartnerStack has the customer, or will.</summary>
    public bool IsDone { get; }

    public override string ToString() => Name;
}
