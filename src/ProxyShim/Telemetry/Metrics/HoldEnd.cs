namespace ProxyShim.Telemetry.Metrics;

/// <summary>What ends the hold of a customer whose click was not there.</summary>
internal static class HoldEnd
{
    public const string ClickFound = "click_found";
    public const string HandedOver = "handed_over";
}
