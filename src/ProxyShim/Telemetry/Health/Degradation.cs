namespace ProxyShim.Telemetry.Health;

/// <param name="Part">What is in trouble.</param>
/// <param name="Reason">Why, in a word of a closed set.</param>
/// <param name="Since">When it was first noticed.</param>
internal sealed record Degradation(DegradedPart Part, string Reason, DateTimeOffset Since);
