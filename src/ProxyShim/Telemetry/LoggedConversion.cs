namespace ProxyShim.Telemetry;

/// <summary>What every event of a conversion says of it; all of it is known when it is claimed.</summary>
/// <param name="CustomerRef">The customer's name in the log (<see cref="Telemetry.CustomerRef"/>), never the <c>customer_key</c>.</param>
/// <param name="Xid">The click id.</param>
/// <param name="PartnerKey">The partner named by the request.</param>
/// <param name="Caller">The name of the key pair that the caller presented.</param>
/// <param name="TraceId">The trace of the legacy request that caused the conversion, not of the worker that has it now.</param>
internal readonly record struct LoggedConversion(string? CustomerRef, string? Xid, string? PartnerKey, string? Caller, string? TraceId);
