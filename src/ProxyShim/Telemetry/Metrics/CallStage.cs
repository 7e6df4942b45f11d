namespace ProxyShim.Telemetry.Metrics;

/// <summary>The stations of a kept call that are counted.</summary>
internal static class CallStage
{
    public const string Kept = "kept";
    public const string Played = "played";
    public const string Dead = "dead";
}
