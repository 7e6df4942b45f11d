namespace ProxyShim.Telemetry;

/// <summary>What every event about a kept call says of it; all null where it cannot be read any more.</summary>
internal readonly record struct LoggedCall(string? CustomerRef, string? Route, string? Method, string? Caller, string? TraceId);
