namespace ProxyShim.Telemetry.Metrics;

/// <summary>The stations of a conversion that are counted.</summary>
internal static class ConversionStage
{
    public const string Sent = "sent";
    public const string Verified = "verified";
    public const string Phantom = "phantom";
    public const string Dead = "dead";
}
