namespace ProxyShim.Telemetry.Metrics;

/// <summary>Why a call of the admin API was refused: a label of <c>proxyshim.management.refusals</c>.</summary>
internal static class ManagementRefusal
{
    public const string WrongToken = "wrong_token";

    /// <summary>Too many wrong tokens came from the address; this one was not looked at.</summary>
    public const string Slowed = "slowed";

    /// <summary>A token that may only read.</summary>
    public const string ReadOnly = "read_only";
}
