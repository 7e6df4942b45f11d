namespace ProxyShim.Telemetry.Output;

/// <summary>An exception whose message holds nothing from a request, an upstream or a key: it may stand in the log.</summary>
internal interface ISafeMessage;
